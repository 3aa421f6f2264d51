"""A made-up newspaper, so that a newcomer sees a queue that lives."""
