//! Revisions and trees read from git's object database.
