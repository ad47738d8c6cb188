"""Who answers: servers over HTTP in their dialects, a model on this machine, a tape of answers."""
