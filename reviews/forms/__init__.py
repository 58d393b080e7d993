"""Forms take and check input; the models' verbs do the writing."""
