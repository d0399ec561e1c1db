"""That this file is here lets the tests below find the results made by hand beside it."""
