//! Terraform's own blocks: their labels, arguments and nested blocks.
//!
//! Source: `internal/configs` of Terraform 1.0 to 1.17 and of OpenTofu 1.6 to 1.12. An argument that only some of these have
//! is in the table; `catalog::language` says which.

/// What one type of block may hold.
#[derive(Debug)]
pub struct BlockShape {
    /// What its labels are, one word for each.
    pub labels: &'static [&'static str],
    /// Its arguments.
    pub arguments: &'static [ArgumentShape],
    /// Its nested blocks.
    pub blocks: &'static [NestedShape],
    /// What else it may hold.
    pub rest: Rest,
}

/// What a block may hold beside what the table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// Any argument: the names are the user's, or a module's.
    Arguments,
    /// Anything: a provider or a backend says what.
    Anything,
}

/// An argument of Terraform's own.
#[derive(Debug)]
pub struct ArgumentShape {
    /// Its name.
    pub name: &'static str,
    /// What may stand for it.
    pub form: ArgumentForm,
    /// It must be written.
    pub required: bool,
}

/// What may stand for an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentForm {
    /// Any expression.
    Any,
    /// `true` or `false`, written out.
    Flag,
    /// `true` or `false`, written out for Terraform; OpenTofu takes an expression.
    Switch,
    /// A list of the events of an action.
    Events,
    /// A list of references to actions of the module.
    Actions,
    /// A text, written out.
    Text,
    /// A text, or an expression that may give one.
    AnyText,
    /// A list, or an expression that may give one.
    AnyList,
    /// A map, or an expression that may give one.
    AnyMap,
    /// A version constraint, written out.
    Version,
    /// Any value that is written out, without references and calls.
    Constant,
    /// One of these words.
    Keyword(&'static [&'static str]),
    /// A list of references to whole objects.
    Dependencies,
    /// A list of attributes of the block itself, or `all`.
    OwnAttributes,
    /// A list of references to managed resources.
    Triggers,
}

/// A block type inside a block.
#[derive(Debug)]
pub struct NestedShape {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: &'static BlockShape,
    /// Fewest blocks.
    pub least: usize,
    /// Most blocks; 0 for any number.
    pub most: usize,
}

const fn may(name: &'static str, form: ArgumentForm) -> ArgumentShape {
    ArgumentShape { name, form, required: false }
}

const fn must(name: &'static str, form: ArgumentForm) -> ArgumentShape {
    ArgumentShape { name, form, required: true }
}

const fn any(name: &'static str, shape: &'static BlockShape) -> NestedShape {
    NestedShape { name, shape, least: 0, most: 0 }
}

const fn once(name: &'static str, shape: &'static BlockShape) -> NestedShape {
    NestedShape { name, shape, least: 0, most: 1 }
}

const NONE: &[&str] = &[];

const fn open(labels: &'static [&'static str]) -> BlockShape {
    BlockShape { labels, arguments: &[], blocks: &[], rest: Rest::Anything }
}

static OPEN: BlockShape = open(NONE);
static NAMED: BlockShape = open(&["name"]);
static TYPED: BlockShape = open(&["type"]);
static TYPED_AND_NAMED: BlockShape = open(&["type", "name"]);

/// `validation`, `precondition`, `postcondition` and `assert`.
static CONDITION: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[must("condition", ArgumentForm::Any), must("error_message", ArgumentForm::AnyText)],
    blocks: &[],
    rest: Rest::Nothing,
};

static TERRAFORM: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[
        may("required_version", ArgumentForm::Text),
        may("experiments", ArgumentForm::Any),
        may("language", ArgumentForm::Any),
    ],
    blocks: &[
        any("required_providers", &BlockShape { labels: NONE, arguments: &[], blocks: &[], rest: Rest::Arguments }),
        any("backend", &TYPED),
        any("cloud", &OPEN),
        any("provider_meta", &NAMED),
        once("state_store", &TYPED),
        any("encryption", &OPEN),
    ],
    rest: Rest::Nothing,
};

static PROVIDER: BlockShape = BlockShape {
    labels: &["name"],
    arguments: &[
        may("alias", ArgumentForm::Text),
        may("version", ArgumentForm::Version),
        may("for_each", ArgumentForm::Any),
    ],
    blocks: &[],
    rest: Rest::Anything,
};

static VARIABLE: BlockShape = BlockShape {
    labels: &["name"],
    arguments: &[
        may("description", ArgumentForm::Text),
        may("default", ArgumentForm::Constant),
        may("type", ArgumentForm::Any),
        may("sensitive", ArgumentForm::Flag),
        may("nullable", ArgumentForm::Flag),
        may("ephemeral", ArgumentForm::Flag),
        may("const", ArgumentForm::Flag),
        may("deprecated", ArgumentForm::Text),
    ],
    blocks: &[any("validation", &CONDITION)],
    rest: Rest::Nothing,
};

static OUTPUT: BlockShape = BlockShape {
    labels: &["name"],
    arguments: &[
        must("value", ArgumentForm::Any),
        may("description", ArgumentForm::Text),
        may("type", ArgumentForm::Any),
        may("sensitive", ArgumentForm::Flag),
        may("ephemeral", ArgumentForm::Flag),
        may("deprecated", ArgumentForm::Text),
        may("depends_on", ArgumentForm::Dependencies),
    ],
    blocks: &[any("precondition", &CONDITION)],
    rest: Rest::Nothing,
};

static LOCALS: BlockShape = BlockShape { labels: NONE, arguments: &[], blocks: &[], rest: Rest::Arguments };

static MODULE: BlockShape = BlockShape {
    labels: &["name"],
    arguments: &[
        must("source", ArgumentForm::Any),
        may("version", ArgumentForm::Any),
        may("count", ArgumentForm::Any),
        may("for_each", ArgumentForm::Any),
        may("providers", ArgumentForm::AnyMap),
        may("depends_on", ArgumentForm::Dependencies),
        may("ignore_nested_deprecations", ArgumentForm::Flag),
    ],
    // OpenTofu 1.11 has `enabled` here. Terraform keeps the name for itself.
    blocks: &[once(
        "lifecycle",
        &BlockShape { labels: NONE, arguments: &[may("enabled", ArgumentForm::Any)], blocks: &[], rest: Rest::Nothing },
    )],
    rest: Rest::Arguments,
};

static ACTION_TRIGGER: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[
        must("events", ArgumentForm::Events),
        must("actions", ArgumentForm::Actions),
        may("condition", ArgumentForm::Any),
        may("on_failure", ArgumentForm::Keyword(&["halt", "taint", "continue"])),
    ],
    blocks: &[],
    rest: Rest::Nothing,
};

/// The events of an action; the last two came later than the others.
pub const EVENTS: [&str; 6] =
    ["before_create", "after_create", "before_update", "after_update", "before_destroy", "after_destroy"];

static ACTION: BlockShape = BlockShape {
    labels: &["type", "name"],
    arguments: &[
        may("count", ArgumentForm::Any),
        may("for_each", ArgumentForm::Any),
        may("provider", ArgumentForm::Any),
    ],
    blocks: &[once("config", &OPEN)],
    rest: Rest::Nothing,
};

/// OpenTofu's `language`.
static LANGUAGE: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[may("edition", ArgumentForm::Any), may("experiments", ArgumentForm::Any)],
    blocks: &[any("compatible_with", &BlockShape { labels: NONE, arguments: &[], blocks: &[], rest: Rest::Arguments })],
    rest: Rest::Nothing,
};

/// `lifecycle` of a managed resource.
static LIFECYCLE: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[
        may("create_before_destroy", ArgumentForm::Flag),
        may("prevent_destroy", ArgumentForm::Switch),
        may("ignore_changes", ArgumentForm::OwnAttributes),
        may("replace_triggered_by", ArgumentForm::Triggers),
        may("destroy", ArgumentForm::Switch),
        may("enabled", ArgumentForm::Any),
    ],
    blocks: &[
        any("precondition", &CONDITION),
        any("postcondition", &CONDITION),
        any("action_trigger", &ACTION_TRIGGER),
    ],
    rest: Rest::Nothing,
};

/// `lifecycle` of a data source or an ephemeral resource.
static READ_LIFECYCLE: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[may("enabled", ArgumentForm::Any)],
    blocks: &[any("precondition", &CONDITION), any("postcondition", &CONDITION)],
    rest: Rest::Nothing,
};

/// What Terraform itself reads of a resource; all else is the provider's.
const RESOURCE_ARGUMENTS: &[ArgumentShape] = &[
    may("count", ArgumentForm::Any),
    may("for_each", ArgumentForm::Any),
    may("provider", ArgumentForm::Any),
    may("depends_on", ArgumentForm::Dependencies),
];

static RESOURCE: BlockShape = BlockShape {
    labels: &["type", "name"],
    arguments: RESOURCE_ARGUMENTS,
    blocks: &[once("lifecycle", &LIFECYCLE), once("connection", &CONNECTION), any("provisioner", &PROVISIONER)],
    rest: Rest::Anything,
};

static READ: BlockShape = BlockShape {
    labels: &["type", "name"],
    arguments: RESOURCE_ARGUMENTS,
    blocks: &[once("lifecycle", &READ_LIFECYCLE)],
    rest: Rest::Anything,
};

static CHECK: BlockShape = BlockShape {
    labels: &["name"],
    arguments: &[],
    blocks: &[once("data", &TYPED_AND_NAMED), NestedShape { name: "assert", shape: &CONDITION, least: 1, most: 0 }],
    rest: Rest::Nothing,
};

static MOVED: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[must("from", ArgumentForm::Any), must("to", ArgumentForm::Any)],
    blocks: &[],
    rest: Rest::Nothing,
};

static IMPORT: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[
        must("to", ArgumentForm::Any),
        may("id", ArgumentForm::Any),
        may("identity", ArgumentForm::Any),
        may("provider", ArgumentForm::Any),
        may("for_each", ArgumentForm::Any),
    ],
    blocks: &[],
    rest: Rest::Nothing,
};

static REMOVED: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[must("from", ArgumentForm::Any)],
    blocks: &[
        once(
            "lifecycle",
            &BlockShape {
                labels: NONE,
                arguments: &[may("destroy", ArgumentForm::Flag)],
                blocks: &[],
                rest: Rest::Nothing,
            },
        ),
        once("connection", &CONNECTION),
        any("provisioner", &PROVISIONER),
    ],
    rest: Rest::Nothing,
};

/// The arguments of a connection (`internal/communicator`, for ssh and WinRM).
static CONNECTION: BlockShape = BlockShape {
    labels: NONE,
    arguments: &[
        may("type", ArgumentForm::Any),
        may("host", ArgumentForm::Any),
        may("user", ArgumentForm::Any),
        may("password", ArgumentForm::Any),
        may("port", ArgumentForm::Any),
        may("timeout", ArgumentForm::Any),
        may("script_path", ArgumentForm::Any),
        may("target_platform", ArgumentForm::Any),
        may("private_key", ArgumentForm::Any),
        may("certificate", ArgumentForm::Any),
        may("host_key", ArgumentForm::Any),
        may("agent", ArgumentForm::Any),
        may("agent_identity", ArgumentForm::Any),
        may("proxy_scheme", ArgumentForm::Any),
        may("proxy_host", ArgumentForm::Any),
        may("proxy_port", ArgumentForm::Any),
        may("proxy_user_name", ArgumentForm::Any),
        may("proxy_user_password", ArgumentForm::Any),
        may("bastion_host", ArgumentForm::Any),
        may("bastion_host_key", ArgumentForm::Any),
        may("bastion_port", ArgumentForm::Any),
        may("bastion_user", ArgumentForm::Any),
        may("bastion_password", ArgumentForm::Any),
        may("bastion_private_key", ArgumentForm::Any),
        may("bastion_certificate", ArgumentForm::Any),
        may("https", ArgumentForm::Any),
        may("insecure", ArgumentForm::Any),
        may("cacert", ArgumentForm::Any),
        may("use_ntlm", ArgumentForm::Any),
    ],
    blocks: &[],
    rest: Rest::Nothing,
};

/// What all provisioners have; the type says which arguments there are beside.
static PROVISIONER: BlockShape = BlockShape {
    labels: &["type"],
    arguments: &[
        may("when", ArgumentForm::Keyword(&["create", "destroy"])),
        may("on_failure", ArgumentForm::Keyword(&["continue", "fail"])),
    ],
    blocks: &[once("connection", &CONNECTION), any("_", &OPEN)],
    rest: Rest::Arguments,
};

/// The types of provisioners and their arguments.
pub static PROVISIONERS: [(&str, &[ArgumentShape]); 3] = [
    (
        "local-exec",
        &[
            must("command", ArgumentForm::AnyText),
            may("interpreter", ArgumentForm::AnyList),
            may("working_dir", ArgumentForm::AnyText),
            may("environment", ArgumentForm::AnyMap),
            may("quiet", ArgumentForm::Any),
        ],
    ),
    (
        "remote-exec",
        &[
            may("inline", ArgumentForm::AnyList),
            may("script", ArgumentForm::AnyText),
            may("scripts", ArgumentForm::AnyList),
        ],
    ),
    (
        "file",
        &[
            may("source", ArgumentForm::AnyText),
            may("content", ArgumentForm::AnyText),
            must("destination", ArgumentForm::AnyText),
        ],
    ),
];

/// Provisioners that Terraform had until 0.15.
pub const REMOVED_PROVISIONERS: [&str; 4] = ["chef", "habitat", "puppet", "salt-masterless"];

/// Names that no variable can have: a module call has them itself.
pub const RESERVED_VARIABLES: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

/// Block types that Terraform keeps for itself in these blocks.
pub fn is_reserved(parent: &str, name: &str) -> bool {
    match parent {
        "module" => matches!(name, "lifecycle" | "provider" | "locals"),
        "resource" | "data" | "ephemeral" => name == "locals",
        "provider" => matches!(name, "lifecycle" | "locals"),
        "provisioner" => name == "lifecycle",
        _ => false,
    }
}

/// Backends of all versions from 1.3 on.
pub const BACKENDS: [&str; 13] =
    ["azurerm", "consul", "cos", "gcs", "http", "inmem", "kubernetes", "local", "oci", "oss", "pg", "remote", "s3"];

/// The shape of a block at the top of a file; `None` for one that is not Terraform's, or not in the table.
pub fn top(kind: &str) -> Option<&'static BlockShape> {
    Some(match kind {
        "terraform" => &TERRAFORM,
        "provider" => &PROVIDER,
        "variable" => &VARIABLE,
        "output" => &OUTPUT,
        "locals" => &LOCALS,
        "module" => &MODULE,
        "resource" => &RESOURCE,
        "data" | "ephemeral" => &READ,
        "check" => &CHECK,
        "moved" => &MOVED,
        "import" => &IMPORT,
        "removed" => &REMOVED,
        "action" => &ACTION,
        "language" => &LANGUAGE,
        _ => return None,
    })
}
