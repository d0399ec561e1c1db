"""Here so that the tests in the folders below find the loans that they share."""
