"""Pages -> lines of text, over any `Infer`."""
