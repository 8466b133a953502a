"""template.yaml against the code and the documents; its rendering is tested in the generated project."""
