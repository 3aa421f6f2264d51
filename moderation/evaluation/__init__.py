"""How good the checks are: labelled comments in, figures, curves, mistakes and a report out. Pure; opens no file."""
