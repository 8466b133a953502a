"""The dashboard's own code; what it makes is tested in the generated project, beside the template."""
