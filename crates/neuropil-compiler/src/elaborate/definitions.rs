//! What a file and the library declare at the top.

use std::collections::BTreeMap;
use std::sync::Arc;

use neuropil_syntax::tree::{
    Decl, Derived, File, Function, Item, Model, ModelKind, Name, Network, Set,
};
use neuropil_syntax::{Code, Diagnostic};

use crate::report::Report;

/// A model of a file or the library.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Definition<'a> {
    Model(&'a Model),
    Derived(&'a Derived),
}

impl<'a> Definition<'a> {
    pub(crate) fn name(self) -> &'a Name {
        match self {
            Self::Model(model) => &model.name,
            Self::Derived(derived) => &derived.name,
        }
    }

    pub(crate) fn kind(self) -> ModelKind {
        match self {
            Self::Model(model) => model.kind,
            Self::Derived(derived) => derived.kind,
        }
    }
}

/// All top-level declarations that a text sees.
#[derive(Debug, Default)]
pub(crate) struct Definitions<'a> {
    models: BTreeMap<Arc<str>, Definition<'a>>,
    networks: BTreeMap<Arc<str>, &'a Network>,
    pub(crate) functions: BTreeMap<Arc<str>, &'a Function>,
    pub(crate) constants: Vec<&'a Decl>,
    pub(crate) parameters: Vec<&'a Decl>,
    /// How many of the files have been added; 0 is the library.
    layers: usize,
    layer_of: BTreeMap<Arc<str>, usize>,
}

impl<'a> Definitions<'a> {
    /// Adds the declarations of a file; those of later files win over those of the library.
    ///
    /// Call it for the library first (`library` true), then for the files.
    pub(crate) fn add(&mut self, file: &'a File, library: bool, report: &mut Report) {
        if !library {
            self.layers = 1;
        }
        for item in &file.items {
            match item {
                Item::Model(model) => {
                    if self.claim(&model.name, report) {
                        self.models
                            .insert(model.name.text.clone(), Definition::Model(model));
                    }
                }
                Item::Derived(derived) => {
                    if self.claim(&derived.name, report) {
                        self.models
                            .insert(derived.name.text.clone(), Definition::Derived(derived));
                    }
                }
                Item::Network(network) => {
                    if self.claim(&network.name, report) {
                        self.networks.insert(network.name.text.clone(), network);
                    }
                }
                Item::Function(function) => {
                    if self.claim(&function.name, report) {
                        self.functions.insert(function.name.text.clone(), function);
                    }
                }
                Item::Const(decls) => self.values(decls, false, report),
                Item::Param(decls) => self.values(decls, true, report),
                Item::Index(index) => report.unsupported(index.span, "`index` of a file"),
                Item::Use(_) | Item::Run(_) | Item::Plot(_) | Item::Expect(_) => {}
            }
        }
    }

    fn values(&mut self, decls: &'a [Decl], parameter: bool, report: &mut Report) {
        for decl in decls {
            if self.claim(&decl.name, report) {
                let list = if parameter {
                    &mut self.parameters
                } else {
                    &mut self.constants
                };
                list.push(decl);
            }
        }
    }

    /// Whether a name may be declared; a name of the library may be declared again.
    fn claim(&mut self, name: &Name, report: &mut Report) -> bool {
        match self.layer_of.insert(name.text.clone(), self.layers) {
            None => true,
            Some(layer) if layer < self.layers => {
                report.push(Diagnostic::note(
                    Code::HidesName,
                    name.span,
                    format!("`{name}` hides the `{name}` of the library"),
                ));
                true
            }
            Some(_) => {
                report.error(
                    Code::DuplicateName,
                    name.span,
                    format!("`{name}` is declared twice, in this file or one that it uses"),
                );
                false
            }
        }
    }

    pub(crate) fn model(&self, name: &str) -> Option<Definition<'a>> {
        self.models.get(name).copied()
    }

    pub(crate) fn network(&self, name: &str) -> Option<&'a Network> {
        self.networks.get(name).copied()
    }

    pub(crate) fn model_names(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(|name| &**name)
    }

    pub(crate) fn network_names(&self) -> impl Iterator<Item = &str> {
        self.networks.keys().map(|name| &**name)
    }

    /// The model that a name stands for, and the values of the derived models on the way, the
    /// weakest first. Reports what is unknown or circular.
    pub(crate) fn resolve(
        &self,
        name: &Name,
        report: &mut Report,
    ) -> Option<(&'a Model, Vec<&'a Set>)> {
        let mut sets = Vec::new();
        let mut current = name;
        let mut met = Vec::new();
        loop {
            let Some(definition) = self.model(current.as_str()) else {
                let near = neuropil_syntax::nearest(current.as_str(), self.model_names());
                report.push(
                    Diagnostic::error(
                        Code::UnknownModel,
                        current.span,
                        format!("unknown model `{current}`"),
                    )
                    .did_you_mean(near),
                );
                return None;
            };
            match definition {
                Definition::Model(model) => {
                    sets.reverse();
                    return Some((model, sets));
                }
                Definition::Derived(derived) => {
                    if met.contains(&&derived.name) {
                        report.error(
                            Code::CircularDefinition,
                            derived.name.span,
                            format!("`{}` is derived from itself", derived.name),
                        );
                        return None;
                    }
                    met.push(&derived.name);
                    sets.push(&derived.set);
                    current = &derived.base;
                }
            }
        }
    }
}

impl<'a> Definitions<'a> {
    /// The default value of the `param` whose name stands at a place.
    pub(crate) fn default_at(
        &self,
        span: neuropil_syntax::Span,
    ) -> Option<&'a neuropil_syntax::tree::Expr> {
        use neuropil_syntax::tree::Statement;
        let in_decls = |decls: &'a [Decl]| {
            decls
                .iter()
                .find(|decl| decl.name.span == span)
                .and_then(|decl| decl.value.as_ref())
        };
        self.models
            .values()
            .filter_map(|definition| match definition {
                Definition::Model(model) => Some(&model.body),
                Definition::Derived(_) => None,
            })
            .chain(self.networks.values().map(|network| &network.body))
            .flatten()
            .find_map(|statement| match statement {
                Statement::Param(decls) => in_decls(decls),
                _ => None,
            })
    }
}
