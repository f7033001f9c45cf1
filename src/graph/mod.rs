//! The typed GKE graph that the rules read.
