//! A schema from its JSON form.

use super::{Rule, SchemaError, Shape, Step};
use crate::limits::{PATTERN_STEPS_MAX, RULES_MAX};
use crate::tree::{Kind, NodeId, Tree};

pub(super) fn schema(tree: &Tree) -> Result<Vec<(Vec<Step>, Rule)>, SchemaError> {
    let root = tree.root();
    expect(tree, root, tree.kind(root) == Kind::Object, "an object with \"schema\" and \"rules\"")?;
    let version = tree.child(root, "schema");
    expect(tree, root, version.is_some_and(|id| tree.text(id) == "1"), "\"schema\": 1")?;
    for member in tree.children(root) {
        let key = tree.key(member).unwrap_or_default();
        expect(tree, member, ["schema", "rules", "about"].contains(&&*key), "no members but schema, rules and about")?;
    }
    let Some(rules) = tree.child(root, "rules") else { return Ok(Vec::new()) };
    expect(tree, rules, tree.kind(rules) == Kind::Array, "an array of rules")?;
    expect(tree, rules, tree.children(rules).count() <= RULES_MAX, "no more than 256 rules")?;
    tree.children(rules).map(|id| rule(tree, id)).collect()
}

fn rule(tree: &Tree, id: NodeId) -> Result<(Vec<Step>, Rule), SchemaError> {
    expect(tree, id, tree.kind(id) == Kind::Object, "a rule, which is an object with \"at\"")?;
    let (mut at, mut rule) = (None, Rule::default());
    let mut is_rename_said = false;
    for member in tree.children(id) {
        match &*tree.key(member).unwrap_or_default() {
            "at" => at = Some(pattern(tree, member)?),
            "as" => rule.shape = shape(tree, member)?,
            "by" => rule.by = fields(tree, member)?,
            "order" => rule.is_ordered = flag(tree, member)?,
            "rename" => (rule.is_renamed, is_rename_said) = (flag(tree, member)?, true),
            "kind" => rule.kind = Some(string(tree, member, "a name")?),
            "refers" => rule.refers = Some(string(tree, member, "the name of a kind")?),
            "about" => {}
            _ => return Err(wrong(tree, member, "at, as, by, order, rename, kind, refers or about")),
        }
    }
    let at = at.ok_or_else(|| wrong(tree, id, "\"at\", a pattern"))?;
    if !rule.by.is_empty() && rule.shape == Shape::Auto {
        rule.shape = Shape::Keyed;
    }
    expect(
        tree,
        id,
        (rule.shape == Shape::Keyed) != rule.by.is_empty(),
        "\"by\" with \"as\": \"keyed\", and only there",
    )?;
    if rule.shape == Shape::Set {
        rule.is_ordered = false;
    }
    // Names are given anew; what is called an id is not.
    if !is_rename_said {
        rule.is_renamed = rule.by == ["name"] || rule.by == ["key"];
    }
    Ok((at, rule))
}

fn pattern(tree: &Tree, id: NodeId) -> Result<Vec<Step>, SchemaError> {
    let text = string(tree, id, "a pattern, such as /nodes/*/name")?;
    let rest = text.strip_prefix('/');
    expect(tree, id, rest.is_some() || text.is_empty(), "a pattern that begins with / or is empty")?;
    let Some(rest) = rest else { return Ok(Vec::new()) };
    let steps: Vec<Step> = rest
        .split('/')
        .map(|step| match step {
            "*" => Step::Any,
            "**" => Step::Deep,
            key => Step::Key(key.replace("~2", "*").replace("~1", "/").replace("~0", "~")),
        })
        .collect();
    expect(tree, id, steps.len() <= PATTERN_STEPS_MAX, "no more than 256 steps")?;
    Ok(steps)
}

fn shape(tree: &Tree, id: NodeId) -> Result<Shape, SchemaError> {
    let expected = "auto, list, set, keyed, value or text";
    match string(tree, id, expected)?.as_str() {
        "auto" => Ok(Shape::Auto),
        "list" => Ok(Shape::List),
        "set" => Ok(Shape::Set),
        "keyed" => Ok(Shape::Keyed),
        "value" => Ok(Shape::Value),
        "text" => Ok(Shape::Text),
        _ => Err(wrong(tree, id, expected)),
    }
}

fn fields(tree: &Tree, id: NodeId) -> Result<Vec<String>, SchemaError> {
    let expected = "the keys of members that identify an item, in an array";
    expect(tree, id, tree.kind(id) == Kind::Array, expected)?;
    let fields: Result<Vec<_>, _> = tree.children(id).map(|item| string(tree, item, expected)).collect();
    expect(tree, id, fields.as_ref().is_ok_and(|fields| !fields.is_empty()), expected)?;
    fields
}

fn flag(tree: &Tree, id: NodeId) -> Result<bool, SchemaError> {
    expect(tree, id, matches!(tree.kind(id), Kind::True | Kind::False), "true or false")?;
    Ok(tree.kind(id) == Kind::True)
}

fn string(tree: &Tree, id: NodeId, expected: &'static str) -> Result<String, SchemaError> {
    tree.string(id).map(|text| text.into_owned()).ok_or_else(|| wrong(tree, id, expected))
}

fn expect(tree: &Tree, id: NodeId, holds: bool, expected: &'static str) -> Result<(), SchemaError> {
    if holds { Ok(()) } else { Err(wrong(tree, id, expected)) }
}

fn wrong(tree: &Tree, id: NodeId, expected: &'static str) -> SchemaError {
    SchemaError { pointer: tree.pointer(id), expected }
}
