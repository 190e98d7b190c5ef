"""The form of a payload: fields from its schema, in step with the raw text."""
