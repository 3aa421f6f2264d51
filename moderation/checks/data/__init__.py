"""What the checks have learned or were given: models and lists, with their sources in NOTICE."""
