//! Terraform's functions. A table says for each what its parameters are (as go-cty's `function.Spec` does); one layer
//! counts and converts the arguments and passes unknown values and marks on, so that a function sees known values only.

mod cidr;
mod collection;
mod convert;
mod csv;
mod datetime;
mod draft;
mod encoding;
mod files;
mod format;
mod hash;
mod numeric;
mod regex;
mod sequence;
mod set;
mod spec;
mod string;
mod yaml;

pub use spec::{call, exists, makes_text, names};
pub use yaml::documents as yaml_documents;

use crate::base::budget::{Limit, TEXT, size};
use crate::cty::value::{Marks, Value};

/// Why a function call fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// Which argument is to blame, from 0.
    pub argument: Option<usize>,
    /// What is wrong, in Terraform's terms.
    pub message: String,
    /// What kind of failure.
    pub kind: ErrorKind,
}

impl FunctionError {
    /// The call fails for these values.
    pub fn call(message: impl Into<String>) -> FunctionError {
        FunctionError { argument: None, message: message.into(), kind: ErrorKind::Call }
    }

    /// The result would have more text than one value may hold.
    pub fn too_much_text() -> FunctionError {
        FunctionError::over(Limit::Fixed, format!("the result has more than {} of text", size(TEXT)))
    }

    /// It would take more than a budget allows.
    pub fn over(limit: Limit, message: impl Into<String>) -> FunctionError {
        FunctionError { argument: None, message: message.into(), kind: ErrorKind::Budget(limit) }
    }

    /// An argument is to blame, counted from 0.
    pub fn argument(index: usize, message: impl Into<String>) -> FunctionError {
        FunctionError { argument: Some(index), message: message.into(), kind: ErrorKind::Argument }
    }
}

/// Kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no such function.
    UnknownFunction,
    /// An argument has the wrong type, is null, or there are too many or few.
    Argument,
    /// The call fails for these values.
    Call,
    /// A file that it reads is not there or may not be read.
    File,
    /// It would take more than a budget allows.
    Budget(Limit),
}

/// What lies below a folder, as paths relative to it with `/`, unsorted.
#[derive(Clone, Debug, Default)]
pub struct FolderListing {
    /// Regular files.
    pub files: Vec<String>,
    /// Files that are there, but may not be read.
    pub closed: Vec<String>,
    /// Links to what may not be read: files, or folders with any files in them.
    pub closed_trees: Vec<String>,
}

/// What functions need of the world: files below the root, and templates. The evaluation implements it.
pub trait Host {
    /// The bytes of a file, and the marks of what is made of them; relative paths stand below the root module's folder.
    ///
    /// # Errors
    /// [`ErrorKind::File`] where it is not there, too large, or outside of the tree that may be read.
    fn read(&self, path: &str) -> Result<(Vec<u8>, Marks), FunctionError>;
    /// Whether there is a regular file at that path.
    ///
    /// # Errors
    /// [`ErrorKind::File`] where that may not be known.
    fn exists(&self, path: &str) -> Result<bool, FunctionError>;
    /// All files below a folder.
    ///
    /// # Errors
    /// [`ErrorKind::File`] where it may not be read.
    fn list(&self, dir: &str) -> Result<FolderListing, FunctionError>;
    /// Whether the answers are those of `terraform console` on this machine; else what depends on the machine is not known.
    fn is_here(&self) -> bool;
    /// Whether `terraform init`, a run or a state may make a file below this folder that fits.
    fn may_be_made(&self, dir: &str, fits: &dyn Fn(&str) -> bool) -> bool;
    /// The absolute form of a path, as `abspath` gives it.
    fn absolute(&self, path: &str) -> String;
    /// Renders template text with an object or map of variables; `name` is the template's path for messages, `marks` are
    /// those of the text.
    /// Functions that a template may not call (`templatefile` itself) are the host's matter.
    ///
    /// # Errors
    /// What the template gets wrong.
    fn render(&self, name: &str, text: &str, marks: Marks, variables: &Value) -> Result<Value, FunctionError>;
}

/// The result of a function's own work.
type FunctionResult = Result<Value, FunctionError>;

/// The most elements that a function makes; more is a mistake or an attack.
const MOST_ELEMENTS: usize = 1_000_000;
/// The most text that a function makes, in bytes.
const MOST_TEXT: usize = TEXT as usize;
