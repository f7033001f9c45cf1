//! What every room uses and that uses none: source texts and places, limits, parallel work and near names.

pub mod budget;
pub mod date;
pub mod parallel;
pub mod reads;
pub mod source;
pub mod suggest;
