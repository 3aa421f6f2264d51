// The list of keys.
const help = document.querySelector("#help");
document.querySelector("#show-help")?.addEventListener("click", () => help.showModal());
