//! The table of functions, and what happens to the arguments before a function sees them.

use super::{
    ErrorKind, FunctionError, FunctionResult, Host, cidr, collection, convert as types, csv, datetime, draft, encoding,
    files, format, hash, numeric, regex, sequence, set, string, yaml,
};
use crate::cty::value::{Data, Marks, ReasonKind, Reasons, Refinement, Type, Value, convert};
use rustc_hash::FxHashMap;
use std::sync::{Arc, LazyLock};

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq)]
enum Want {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A list of text.
    Texts,
    /// Anything.
    Any,
    /// A type.
    Of(Type),
}

impl Want {
    fn ty(&self) -> Type {
        match self {
            Want::Text => Type::String,
            Want::Number => Type::Number,
            Want::Texts => Type::List(Arc::new(Type::String)),
            Want::Any => Type::Any,
            Want::Of(ty) => ty.clone(),
        }
    }
}

/// A function's own work, on known arguments unless the function says otherwise.
type FunctionBody = fn(&[Value], &dyn Host) -> FunctionResult;

/// A function.
struct Function {
    name: &'static str,
    params: Vec<Want>,
    rest: Option<Want>,
    result: Type,
    /// Null arguments are passed on.
    nulls: bool,
    /// How far unknown arguments are passed on.
    unknowns: Unknowns,
    /// Marks stay on the arguments: the function looks at them.
    marked: bool,
    /// The result is made of all that the arguments hold, though they may hold unknown elements: their marks count too.
    mixes: bool,
    body: FunctionBody,
}

#[derive(Clone, Copy, PartialEq)]
enum Unknowns {
    /// The result is unknown if anything in an argument is.
    Deep,
    /// The result is unknown if an argument itself is; elements may be unknown.
    Shallow,
    /// The function looks itself.
    Own,
}

impl Function {
    fn nulls(mut self) -> Self {
        self.nulls = true;
        self
    }
    fn shallow(mut self) -> Self {
        self.unknowns = Unknowns::Shallow;
        self
    }
    fn own(mut self) -> Self {
        self.unknowns = Unknowns::Own;
        self.nulls = true;
        self
    }
    fn mixes(mut self) -> Self {
        self.mixes = true;
        self
    }
    fn marked(mut self) -> Self {
        self.marked = true;
        self
    }
    fn rest(mut self, want: Want) -> Self {
        self.rest = Some(want);
        self
    }
}

fn f(name: &'static str, params: Vec<Want>, result: Type, body: FunctionBody) -> Function {
    Function {
        name,
        params,
        rest: None,
        result,
        nulls: false,
        unknowns: Unknowns::Deep,
        marked: false,
        mixes: false,
        body,
    }
}

/// All functions, by name.
static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| {
    let mut all = strings();
    all.extend(numbers());
    all.extend(collections());
    all.extend(codecs());
    all.extend(others());
    all.sort_by_key(|f| f.name);
    all
});

fn strings() -> Vec<Function> {
    use Want::{Any, Number, Text, Texts};
    let text = || Type::String;
    vec![
        f("chomp", vec![Text], text(), string::chomp),
        f("endswith", vec![Text, Text], Type::Bool, string::endswith),
        f("format", vec![Text], text(), format::format).rest(Any).nulls().shallow().mixes(),
        f("formatlist", vec![Text], Type::List(Arc::new(text())), format::formatlist)
            .rest(Any)
            .nulls()
            .shallow()
            .mixes(),
        f("indent", vec![Number, Text], text(), string::indent),
        f("join", vec![Text], text(), string::join).rest(Texts),
        f("lower", vec![Text], text(), string::lower),
        f("regex", vec![Text, Text], Type::Any, regex::regex),
        f("regexall", vec![Text, Text], Type::Any, regex::regexall),
        f("replace", vec![Text, Text, Text], text(), regex::replace),
        f("split", vec![Text, Text], Type::List(Arc::new(text())), string::split),
        f("startswith", vec![Text, Text], Type::Bool, string::startswith),
        f("strcontains", vec![Text, Text], Type::Bool, string::strcontains),
        f("strrev", vec![Text], text(), string::strrev),
        f("substr", vec![Text, Number, Number], text(), string::substr),
        f("templatestring", vec![Text, Any], Type::Any, files::templatestring).marked(),
        f("title", vec![Text], text(), string::title),
        f("trim", vec![Text, Text], text(), string::trim),
        f("trimprefix", vec![Text, Text], text(), string::trimprefix),
        f("trimspace", vec![Text], text(), string::trimspace),
        f("trimsuffix", vec![Text, Text], text(), string::trimsuffix),
        f("upper", vec![Text], text(), string::upper),
    ]
}

fn numbers() -> Vec<Function> {
    use Want::{Number, Text};
    let n = || Type::Number;
    vec![
        f("abs", vec![Number], n(), numeric::abs),
        f("ceil", vec![Number], n(), numeric::ceil),
        f("floor", vec![Number], n(), numeric::floor),
        f("log", vec![Number, Number], n(), numeric::log),
        f("max", vec![], n(), numeric::max).rest(Number),
        f("min", vec![], n(), numeric::min).rest(Number),
        f("parseint", vec![Want::Any, Number], n(), numeric::parseint),
        f("pow", vec![Number, Number], n(), numeric::pow),
        f("signum", vec![Number], n(), numeric::signum),
        f("sum", vec![Want::Any], n(), numeric::sum),
        f("cidrhost", vec![Text, Number], Type::String, cidr::host),
        f("cidrnetmask", vec![Text], Type::String, cidr::netmask),
        f("cidrsubnet", vec![Text, Number, Number], Type::String, cidr::subnet),
        f("cidrsubnets", vec![Text], Type::List(Arc::new(Type::String)), cidr::subnets).rest(Number),
        f("cidrcontains", vec![Text, Text], Type::Bool, cidr::contains),
    ]
}

fn collections() -> Vec<Function> {
    use Want::{Any, Number, Of, Texts};
    let list = |ty| Of(Type::List(Arc::new(ty)));
    let bools = || list(Type::Bool);
    let texts = || Type::List(Arc::new(Type::String));
    vec![
        f("alltrue", vec![bools()], Type::Bool, collection::alltrue).shallow().mixes(),
        f("anytrue", vec![bools()], Type::Bool, collection::anytrue).shallow().mixes(),
        f("chunklist", vec![list(Type::Any), Number], Type::Any, sequence::chunklist).shallow(),
        f("coalesce", vec![], Type::Any, collection::coalesce).rest(Any).own(),
        f("coalescelist", vec![], Type::Any, collection::coalescelist).rest(Any).own(),
        f("compact", vec![Texts], texts(), sequence::compact),
        f("concat", vec![], Type::Any, sequence::concat).rest(Any).shallow(),
        f("contains", vec![Any, Any], Type::Bool, collection::contains).own(),
        f("distinct", vec![list(Type::Any)], Type::Any, sequence::distinct),
        f("element", vec![Any, Number], Type::Any, sequence::element).shallow(),
        f("flatten", vec![Any], Type::Any, sequence::flatten).shallow(),
        f("index", vec![Any, Any], Type::Number, collection::index).shallow().mixes(),
        f("keys", vec![Any], Type::Any, collection::keys).shallow(),
        f("length", vec![Any], Type::Number, collection::length).own(),
        f("lookup", vec![Any, Want::Text], Type::Any, collection::lookup).rest(Any).own(),
        f("matchkeys", vec![list(Type::Any), list(Type::Any), list(Type::Any)], Type::Any, sequence::matchkeys),
        f("merge", vec![], Type::Any, collection::merge).rest(Any).nulls().shallow(),
        f("one", vec![Any], Type::Any, sequence::one).shallow(),
        f("range", vec![], Type::List(Arc::new(Type::Number)), sequence::range).rest(Number),
        f("reverse", vec![Any], Type::Any, sequence::reverse).shallow(),
        f("setintersection", vec![], Type::Any, set::intersection).rest(Of(Type::Set(Arc::new(Type::Any)))),
        f("setproduct", vec![], Type::Any, set::product).rest(Any).shallow(),
        f("setsubtract", vec![Of(Type::Set(Arc::new(Type::Any))); 2], Type::Any, set::subtract),
        f("setunion", vec![], Type::Any, set::union).rest(Of(Type::Set(Arc::new(Type::Any)))).shallow(),
        f("slice", vec![Any, Number, Number], Type::Any, sequence::slice).shallow(),
        f("sort", vec![Texts], texts(), sequence::sort).shallow().mixes(),
        f("transpose", vec![Of(Type::Map(Arc::new(texts())))], Type::Map(Arc::new(texts())), collection::transpose),
        f("values", vec![Any], Type::Any, collection::values).shallow(),
        f("zipmap", vec![Texts, Any], Type::Any, collection::zipmap).shallow(),
    ]
}

fn codecs() -> Vec<Function> {
    use Want::{Any, Text};
    let text = || Type::String;
    vec![
        f("base64decode", vec![Text], text(), encoding::base64decode),
        f("base64encode", vec![Text], text(), encoding::base64encode),
        f("base64gzip", vec![Text], text(), encoding::base64gzip),
        f("base64gunzip", vec![Text], text(), encoding::base64gunzip),
        f("base64sha256", vec![Text], text(), hash::base64sha256),
        f("base64sha512", vec![Text], text(), hash::base64sha512),
        f("bcrypt", vec![Text], text(), impure).rest(Want::Number),
        f("csvdecode", vec![Text], Type::Any, csv::decode),
        f("jsondecode", vec![Text], Type::Any, encoding::jsondecode),
        f("jsonencode", vec![Any], text(), encoding::jsonencode).nulls(),
        f("md5", vec![Text], text(), hash::md5),
        f("rsadecrypt", vec![Text, Text], text(), hash::rsadecrypt),
        f("sha1", vec![Text], text(), hash::sha1),
        f("sha256", vec![Text], text(), hash::sha256),
        f("sha512", vec![Text], text(), hash::sha512),
        f("textdecodebase64", vec![Text, Text], text(), encoding::textdecodebase64),
        f("textencodebase64", vec![Text, Text], text(), encoding::textencodebase64),
        f("urlencode", vec![Text], text(), encoding::urlencode),
        f("urldecode", vec![Text], text(), encoding::urldecode),
        f("uuidv5", vec![Text, Text], text(), hash::uuidv5),
        f("yamldecode", vec![Text], Type::Any, yaml::decode),
        f("yamlencode", vec![Any], text(), yaml::encode).nulls(),
    ]
}

fn others() -> Vec<Function> {
    use Want::{Any, Text};
    let text = || Type::String;
    vec![
        f("abspath", vec![Text], text(), files::abspath),
        f("basename", vec![Text], text(), files::basename),
        f("dirname", vec![Text], text(), files::dirname),
        f("file", vec![Text], text(), files::file),
        f("filebase64", vec![Text], text(), files::filebase64),
        f("filebase64sha256", vec![Text], text(), files::filebase64sha256),
        f("filebase64sha512", vec![Text], text(), files::filebase64sha512),
        f("fileexists", vec![Text], Type::Bool, files::fileexists),
        f("filemd5", vec![Text], text(), files::filemd5),
        f("fileset", vec![Text, Text], Type::Set(Arc::new(text())), files::fileset),
        f("filesha1", vec![Text], text(), files::filesha1),
        f("filesha256", vec![Text], text(), files::filesha256),
        f("filesha512", vec![Text], text(), files::filesha512),
        f("pathexpand", vec![Text], text(), files::pathexpand),
        f("templatefile", vec![Text, Any], Type::Any, files::templatefile).shallow().marked(),
        f("formatdate", vec![Text, Text], text(), datetime::formatdate),
        f("timeadd", vec![Text, Text], text(), datetime::timeadd),
        f("timecmp", vec![Text, Text], Type::Number, datetime::timecmp),
        f("timestamp", vec![], text(), impure),
        f("plantimestamp", vec![], text(), impure),
        f("uuid", vec![], text(), impure),
        f("ephemeralasnull", vec![Any], Type::Any, types::ephemeralasnull).own(),
        f("issensitive", vec![Any], Type::Bool, types::issensitive).own(),
        f("nonsensitive", vec![Any], Type::Any, types::nonsensitive).own(),
        f("sensitive", vec![Any], Type::Any, types::sensitive).own(),
        f("tobool", vec![Any], Type::Bool, types::tobool).own(),
        f("tolist", vec![Any], Type::Any, types::tolist).own(),
        f("tomap", vec![Any], Type::Any, types::tomap).own(),
        f("tonumber", vec![Any], Type::Number, types::tonumber).own(),
        f("toset", vec![Any], Type::Any, types::toset).own(),
        f("tostring", vec![Any], text(), types::tostring).own(),
        f("type", vec![Any], text(), types::type_of).own(),
        f("provider::google::location_from_id", vec![Text], text(), encoding::google_location_from_id),
        f("provider::google::name_from_id", vec![Text], text(), encoding::google_name_from_id),
        f("provider::google::project_from_id", vec![Text], text(), encoding::google_project_from_id),
        f("provider::google::region_from_id", vec![Text], text(), encoding::google_region_from_id),
        f("provider::google::region_from_zone", vec![Text], text(), encoding::google_region_from_zone),
        f("provider::google::zone_from_id", vec![Text], text(), encoding::google_zone_from_id),
    ]
}

/// Functions whose result only a run knows: handled before the body.
const IMPURE: [&str; 4] = ["bcrypt", "plantimestamp", "timestamp", "uuid"];

fn impure(_: &[Value], _: &dyn Host) -> FunctionResult {
    Ok(Value::null())
}

/// The names of all functions (without `try` and `can`, which the evaluation has itself), sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|f| f.name)
}

/// Whether a function makes text, and does not pass on what it is given.
pub fn makes_text(name: &str) -> bool {
    find(name).is_some_and(|f| f.result == Type::String && f.unknowns != Unknowns::Own)
}

/// Whether there is a function of this name.
pub fn exists(name: &str) -> bool {
    find(name).is_some()
}

fn find(name: &str) -> Option<&'static Function> {
    static BY_NAME: LazyLock<FxHashMap<&str, &Function>> =
        LazyLock::new(|| FUNCTIONS.iter().map(|f| (f.name, f)).collect());
    BY_NAME.get(name).copied()
}

/// Calls a function.
///
/// # Errors
/// An unknown name, wrong arguments, or what the function says of these values.
pub fn call(name: &str, args: &[Value], host: &dyn Host) -> FunctionResult {
    let Some(function) = find(name) else {
        if name.starts_with("provider::") {
            let kind = ReasonKind::Unsupported(format!("the function {name}").into());
            return Ok(Value::unknown(Type::Any, Reasons::one(kind, None)));
        }
        let message = format!("there is no function `{name}`");
        return Err(FunctionError { argument: None, message, kind: ErrorKind::UnknownFunction });
    };
    let converted = arguments(function, args)?;
    if IMPURE.contains(&name) {
        let kind = ReasonKind::Impure(format!("{name}()").into());
        return Ok(Value::unknown(function.result.clone(), Reasons::one(kind, None)));
    }
    if function.unknowns == Unknowns::Own {
        return (function.body)(&converted, host);
    }
    let marks = converted.iter().fold(Marks::NONE, |marks, v| {
        marks.union(if function.unknowns == Unknowns::Deep || function.mixes { v.deep_marks() } else { v.marks })
    });
    let known = |v: &Value| if function.unknowns == Unknowns::Deep { v.is_wholly_known() } else { v.is_known() };
    if !converted.iter().all(known) {
        if name == "startswith"
            && let Some(decided) = starts_with(&converted)
        {
            return Ok(Value::bool(decided).mark(marks));
        }
        let reasons = converted.iter().fold(Reasons::default(), |r, v| r.union(&v.collect_reasons()));
        if name == "slice"
            && let Some((ty, length)) = sliced(&converted)
        {
            let (min_len, max_len) = (Some(length), Some(length));
            let refinement = Refinement { min_len, max_len, ..Refinement::default() };
            return Ok(Value::unknown_refined(ty, reasons, refinement).mark(marks));
        }
        let not_null = function.result != Type::Any;
        let (prefix, draft) = (prefix(name, &converted), draft::of(name, &converted));
        let refinement = Refinement { not_null, prefix, draft, ..Refinement::default() };
        return Ok(Value::unknown_refined(function.result.clone(), reasons, refinement).mark(marks));
    }
    let bare: Vec<Value> = match marks.is_empty() || function.marked {
        true => converted,
        false => converted.into_iter().map(|v| strip(v, function.unknowns, marks)).collect(),
    };
    (function.body)(&bare, host).map(|v| v.mark(marks))
}

fn strip(mut value: Value, unknowns: Unknowns, marks: Marks) -> Value {
    if unknowns == Unknowns::Deep {
        return value.unmark_deep(marks);
    }
    value.marks = Marks::NONE;
    value
}

/// The type and length of a part of a list that is not known: Terraform refuses a list that is too short for it.
fn sliced(args: &[Value]) -> Option<(Type, usize)> {
    let [Value { data: Data::Unknown(list), .. }, start, end] = args else { return None };
    let index = |value: &Value| usize::try_from(value.as_number()?.to_i64()?).ok();
    let length = index(end)?.checked_sub(index(start)?)?;
    matches!(list.ty, Type::List(_)).then(|| (list.ty.clone(), length))
}

/// Whether a text whose beginning alone is known starts with another; `None` where that does not decide it.
fn starts_with(args: &[Value]) -> Option<bool> {
    let (Data::Unknown(text), wanted) = (&args.first()?.data, args.get(1)?.as_str()?) else { return None };
    let known = text.refinement.prefix.as_deref()?;
    match known.starts_with(wanted) {
        true => Some(true),
        false => (!wanted.starts_with(known)).then_some(false),
    }
}

/// What an unknown text surely starts with.
fn prefix(name: &str, args: &[Value]) -> Option<Arc<str>> {
    let first = args.first()?.as_str()?;
    let text = match name {
        "format" => first.split('%').next()?,
        _ => return None,
    };
    (!text.is_empty()).then(|| text.into())
}

fn arguments(function: &Function, args: &[Value]) -> Result<Vec<Value>, FunctionError> {
    let (least, given) = (function.params.len(), args.len());
    let fault = |message: String| FunctionError { argument: None, message, kind: ErrorKind::Argument };
    if given < least {
        return Err(fault(format!("needs {least} argument{}, but has {given}", if least == 1 { "" } else { "s" })));
    }
    if given > least && function.rest.is_none() {
        return Err(fault(format!(
            "takes {least} argument{} only, but has {given}",
            if least == 1 { "" } else { "s" }
        )));
    }
    let wants = function.params.iter().chain(function.rest.iter().cycle());
    args.iter().zip(wants).enumerate().map(|(i, (value, want))| argument(function, i, value, want)).collect()
}

fn argument(function: &Function, index: usize, value: &Value, want: &Want) -> FunctionResult {
    if value.is_null() && !function.nulls {
        return Err(FunctionError::argument(index, "argument must not be null"));
    }
    if *want == Want::Any {
        return Ok(value.clone());
    }
    convert(value, &want.ty()).map_err(|e| FunctionError::argument(index, e.to_string()))
}
