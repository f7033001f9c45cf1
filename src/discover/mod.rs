//! Finds root modules and their files.
