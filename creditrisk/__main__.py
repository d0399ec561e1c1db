"""`python -m creditrisk`."""

from creditrisk.cli.app import main

if __name__ == "__main__":
    main()
