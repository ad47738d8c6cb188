"""The grammar of captions, in a process of its own: a pipeline of spaCy. Needs the extra `nlp`."""
