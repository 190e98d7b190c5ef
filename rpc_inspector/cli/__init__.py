"""The command line: click commands, one file each; the only place where parts are put together."""
