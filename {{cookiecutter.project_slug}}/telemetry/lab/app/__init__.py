"""The app that is measured: found, made by its factory, in its own environment, and told what it lacks."""
