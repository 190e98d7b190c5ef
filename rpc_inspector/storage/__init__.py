"""Files: configuration, projects of the lk CLI, environment files."""
