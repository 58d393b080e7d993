"""A clean Debian of its own, in namespaces of this machine, on which a manual is followed line by line."""
