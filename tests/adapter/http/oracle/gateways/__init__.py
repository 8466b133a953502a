"""One module a trigger: how AWS makes an event of a request, and a response of a result."""
