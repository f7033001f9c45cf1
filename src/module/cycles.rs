//! Cycles among what a module declares, whatever the values are: Terraform refuses them even where evaluation would
//! never go around (a branch that is not taken).

use crate::address::{Reference, ResourceAddr, Subject, TraversalStep};
use crate::base::source::Span;
use crate::module::ModuleConfig;
use crate::module::error::EvalError;
use crate::resolve::written::{self, ReferenceVisitor};
use crate::syntax::ast::{Block, Body, Expr};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Something that a module declares.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum CycleNode {
    Variable(Arc<str>),
    Local(Arc<str>),
    Resource(ResourceAddr),
    /// A module call as a whole.
    Call(Arc<str>),
    /// One output of a call.
    Output(Arc<str>, Arc<str>),
}

impl std::fmt::Display for CycleNode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CycleNode::Variable(name) => write!(f, "var.{name}"),
            CycleNode::Local(name) => write!(f, "local.{name}"),
            CycleNode::Resource(id) => f.write_str(&id.address()),
            CycleNode::Call(name) => write!(f, "module.{name}"),
            CycleNode::Output(call, name) => write!(f, "module.{call}.{name}"),
        }
    }
}

/// What a node refers to, with the place of each reference.
type Edges = Vec<(CycleNode, Span)>;

/// A module, and the modules that it calls.
pub trait Callable: Sized {
    /// What it declares.
    fn config(&self) -> &ModuleConfig;
    /// The module that a call leads to, where it is known.
    fn callee(&self, call: &Arc<str>, at: Span) -> Option<Self>;
}

/// Reports each cycle of a module. Whether there was one.
pub fn check(module: &impl Callable, report: &dyn Fn(&EvalError)) -> bool {
    let config = module.config();
    if !*config.may_be_cyclic.get_or_init(|| !coarse(config)) {
        return false;
    }
    let mut finder = Finder { graph: ReferenceGraph { module }, report, state: FxHashMap::default(), path: Vec::new() };
    let mut starts: Vec<CycleNode> = config.locals.keys().cloned().map(CycleNode::Local).collect();
    starts.extend(config.resources.keys().cloned().map(CycleNode::Resource));
    starts.extend(config.calls.keys().cloned().map(CycleNode::Call));
    starts.into_iter().fold(false, |found, start| finder.visit(start) | found)
}

/// Whether a module is free of cycles even if every output of a call hung on all of the call's arguments: the usual
/// case, in which nothing need be looked at twice.
fn coarse(config: &ModuleConfig) -> bool {
    let mut edges: FxHashMap<CycleNode, Vec<CycleNode>> = FxHashMap::default();
    let whole = |node: CycleNode| match node {
        CycleNode::Output(call, _) => CycleNode::Call(call),
        other => other,
    };
    for (node, body) in bodies(config) {
        edges.insert(node, references(config, body).into_iter().map(|(to, _)| whole(to)).collect());
    }
    // Takes away what has nothing left to wait for, until nothing is left.
    let mut waiting: FxHashMap<&CycleNode, usize> = FxHashMap::default();
    let mut waited_for: FxHashMap<&CycleNode, Vec<&CycleNode>> = FxHashMap::default();
    for (node, targets) in &edges {
        let targets: FxHashSet<&CycleNode> = targets.iter().filter(|t| edges.contains_key(t)).collect();
        waiting.insert(node, targets.len());
        targets.into_iter().for_each(|t| waited_for.entry(t).or_default().push(node));
    }
    let mut free: Vec<&CycleNode> = waiting.iter().filter(|(_, n)| **n == 0).map(|(node, _)| *node).collect();
    let mut done = 0;
    while let Some(node) = free.pop() {
        done += 1;
        for next in waited_for.get(node).into_iter().flatten() {
            if let Some(left) = waiting.get_mut(next) {
                *left -= 1;
                if *left == 0 {
                    free.push(next);
                }
            }
        }
    }
    done == edges.len()
}

/// What a node's value is made of.
enum Definition<'c> {
    Expr(&'c Expr),
    Body(&'c Body),
}

fn bodies(config: &ModuleConfig) -> impl Iterator<Item = (CycleNode, Definition<'_>)> {
    let locals = config.locals.iter().map(|(name, a)| (CycleNode::Local(name.clone()), Definition::Expr(&a.expr)));
    let resources = config.resources.iter().map(|(id, b)| (CycleNode::Resource(id.clone()), Definition::Body(&b.body)));
    let calls = config.calls.iter().map(|(name, b)| (CycleNode::Call(name.clone()), Definition::Body(&b.body)));
    locals.chain(resources).chain(calls)
}

/// The references in an expression or body to what the module declares.
fn references(config: &ModuleConfig, part: Definition) -> Edges {
    let mut found = Targets { config, edges: Vec::new() };
    match part {
        Definition::Expr(expr) => written::in_expr(expr, &mut found),
        Definition::Body(body) => written::in_body(body, &mut found),
    }
    found.edges
}

/// Gathers the nodes that references are to.
struct Targets<'c> {
    config: &'c ModuleConfig,
    edges: Edges,
}

impl ReferenceVisitor for Targets<'_> {
    fn skips(&self, argument: &str) -> bool {
        // Attribute names and provider addresses, not references to values.
        matches!(argument, "ignore_changes" | "provider" | "providers")
    }

    fn reference(&mut self, reference: &Reference) {
        self.edges.extend(target(self.config, reference));
    }
}

/// The node that a reference is to, with its place.
fn target(config: &ModuleConfig, Reference { subject, rest, at }: &Reference) -> Option<(CycleNode, Span)> {
    let at = *at;
    match subject {
        Subject::Variable(name) => Some((CycleNode::Variable(name.name.clone()), at)),
        Subject::Local(name) => {
            config.locals.contains_key(&name.name).then(|| (CycleNode::Local(name.name.clone()), at))
        }
        Subject::Call(call) => config.calls.contains_key(&call.name).then(|| match rest.as_slice() {
            [TraversalStep::Attribute(name), ..] | [TraversalStep::Key(_), TraversalStep::Attribute(name), ..] => {
                (CycleNode::Output(call.name.clone(), name.name.clone()), at.to(name.span))
            }
            _ => (CycleNode::Call(call.name.clone()), at),
        }),
        Subject::Resource(address) => {
            config.resources.contains_key(address).then(|| (CycleNode::Resource(address.clone()), at))
        }
        Subject::Path(_) | Subject::Terraform(_) | Subject::Name(_) => None,
    }
}

/// A resource's edges without those to itself that Terraform passes over: of a `depends_on`, and of a provisioner where
/// there is one instance.
fn resource(own: &CycleNode, block: &Block, mut edges: Edges) -> Edges {
    let single = ["count", "for_each"].iter().all(|name| block.body.attribute(name).is_none());
    let provisions = |b: &&Block| single && matches!(&*b.kind.name, "provisioner" | "connection");
    let mut passed_over: Vec<Span> = block.body.blocks.iter().filter(provisions).map(|b| b.span).collect();
    passed_over.extend(block.body.attribute("depends_on").map(|a| a.expr.span));
    let within = |span: &Span| passed_over.iter().any(|p| p.start <= span.start && span.end <= p.end);
    edges.retain(|(to, span)| to != own || !within(span));
    edges
}

/// The references of a module's nodes, through the modules that it calls.
struct ReferenceGraph<'m, M> {
    module: &'m M,
}

impl<M: Callable> ReferenceGraph<'_, M> {
    fn edges(&self, node: &CycleNode) -> Edges {
        let config = self.module.config();
        let body = |block: &Block| references(config, Definition::Body(&block.body));
        match node {
            CycleNode::Variable(_) => Vec::new(),
            CycleNode::Local(name) => {
                config.locals.get(name).map(|a| references(config, Definition::Expr(&a.expr))).unwrap_or_default()
            }
            CycleNode::Resource(id) => {
                config.resources.get(id).map(|block| resource(node, block, body(block))).unwrap_or_default()
            }
            CycleNode::Call(name) => config.calls.get(name).map(|block| body(block)).unwrap_or_default(),
            CycleNode::Output(call, output) => self.output(call, output),
        }
    }

    /// What an output of a call hangs on: the arguments that it is made of, and the call's repetition.
    fn output(&self, call: &Arc<str>, output: &Arc<str>) -> Edges {
        let config = self.module.config();
        let Some(block) = config.calls.get(call) else { return Vec::new() };
        let Some(callee) = self.module.callee(call, block.header) else { return Vec::new() };
        let used = inputs_of(&callee, output);
        let taken = |name: &str| matches!(name, "count" | "for_each" | "depends_on") || used.contains(name);
        let taken = block.body.attributes.iter().filter(|a| taken(&a.name.name));
        taken.flat_map(|a| references(config, Definition::Expr(&a.expr))).collect()
    }
}

/// The input variables that an output of a module is made of.
fn inputs_of(module: &impl Callable, output: &Arc<str>) -> FxHashSet<Arc<str>> {
    let mut inputs = FxHashSet::default();
    let Some(block) = module.config().outputs.get(output) else { return inputs };
    let graph = ReferenceGraph { module };
    let mut seen: FxHashSet<CycleNode> = FxHashSet::default();
    let mut open: Vec<CycleNode> =
        references(module.config(), Definition::Body(&block.body)).into_iter().map(|(node, _)| node).collect();
    while let Some(node) = open.pop() {
        if let CycleNode::Variable(name) = &node {
            inputs.insert(name.clone());
        }
        if seen.insert(node.clone()) {
            open.extend(graph.edges(&node).into_iter().map(|(to, _)| to));
        }
    }
    inputs
}

/// Walks the graph and reports each way that comes back.
struct Finder<'m, M> {
    graph: ReferenceGraph<'m, M>,
    report: &'m dyn Fn(&EvalError),
    /// `false` while a node is on the path, `true` when all below it is done.
    state: FxHashMap<CycleNode, bool>,
    path: Vec<(CycleNode, Edges)>,
}

impl<M: Callable> Finder<'_, M> {
    /// Depth first, without recursion: chains may be long.
    fn visit(&mut self, start: CycleNode) -> bool {
        let mut found = false;
        self.enter(start);
        while let Some((node, edges)) = self.path.last_mut() {
            let Some((next, span)) = edges.pop() else {
                self.state.insert(node.clone(), true);
                self.path.pop();
                continue;
            };
            match self.state.get(&next) {
                Some(true) => {}
                Some(false) => {
                    found = true;
                    self.report(&next, span);
                }
                None => self.enter(next),
            }
        }
        found
    }

    fn enter(&mut self, node: CycleNode) {
        if !self.state.contains_key(&node) {
            let mut edges = self.graph.edges(&node);
            edges.reverse();
            self.state.insert(node.clone(), false);
            self.path.push((node, edges));
        }
    }

    fn report(&self, back_to: &CycleNode, span: Span) {
        /// So many names of a cycle are shown.
        const MOST: usize = 20;
        let on_the_way = self.path.iter().map(|(node, _)| node).skip_while(|node| *node != back_to);
        let left = on_the_way.clone().count().saturating_sub(MOST);
        let mut names: Vec<String> = on_the_way.take(MOST).map(CycleNode::to_string).collect();
        if left > 0 {
            names.push(format!("{left} more"));
        }
        names.push(back_to.to_string());
        let way = names.join(" → ");
        let error = EvalError::new(span, format!("{back_to} depends on itself"))
            .help(format!("the cycle is {way}"))
            .help("break it: one of the values on it must not use the next");
        (self.report)(&error);
    }
}
