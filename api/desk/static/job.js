// A job at work: look again every second.
setTimeout(() => location.reload(), 1_000);
