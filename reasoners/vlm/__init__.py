"""Questions to a vision-language model: asked, answered on schema, and held against the scene."""
