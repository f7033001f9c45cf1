//! What a rule is: its metadata, its page, its check.
