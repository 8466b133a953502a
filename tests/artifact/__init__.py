"""What builds and deploys, and tells what was changed in the folders of the template."""
