//! A query walked over the library. What it may cost is counted while it is answered, so that nothing depends on its form.

use crate::library::{self, AUTHORS, Author, BOOKS, Book};
use graphql_parser::{
    Pos,
    query::{Definition, Document, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet, Value as Literal},
};
use kandra::prelude::*;
use std::collections::BTreeMap;

/// Characters of a query, fields inside fields, and fields in all.
pub const MOST_CHARACTERS: usize = 4_000;
pub const MOST_DEPTH: usize = 8;
pub const MOST_FIELDS: usize = 500;

type Map = std::collections::BTreeMap<String, Value>;
type Fragments<'q> = BTreeMap<&'q str, &'q FragmentDefinition<'q, String>>;

/// Why there is no answer, and where.
#[derive(Debug, PartialEq)]
pub struct Problem {
    pub message: String,
    pub place: Option<(usize, usize)>,
}

impl Problem {
    fn at(place: Pos, message: impl Into<String>) -> Self {
        Self { message: message.into(), place: Some((place.line, place.column)) }
    }

    /// As an entry of `errors`.
    pub fn json(&self) -> Value {
        match self.place {
            Some((line, column)) => json!({ "message": self.message, "locations": [{ "line": line, "column": column }] }),
            None => json!({ "message": self.message }),
        }
    }
}

/// Answers a query; `operation` chooses among several.
pub fn answer(text: &str, variables: &Value, operation: Option<&str>) -> std::result::Result<Value, Problem> {
    let plain = |message: String| Problem { message, place: None };
    if text.chars().count() > MOST_CHARACTERS {
        return Err(plain(format!("A query has at most {MOST_CHARACTERS} characters.")));
    }
    let document = graphql_parser::parse_query::<String>(text).map_err(|error| plain(format!("The query cannot be read: {}", first_lines(&error.to_string()))))?;
    let fragments = fragments(&document);
    let (set, defaults) = chosen(&document, operation).map_err(plain)?;
    let mut run = Run { fragments, variables, defaults, fields: 0 };
    let mut data = Map::new();
    run.select(Thing::Query, set, 1, &mut data)?;
    Ok(json!(data))
}

fn first_lines(text: &str) -> String {
    text.lines().take(3).map(str::trim).collect::<Vec<_>>().join(", ")
}

fn fragments<'q>(document: &'q Document<'q, String>) -> Fragments<'q> {
    let named = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
        Definition::Operation(_) => None,
    });
    named.collect()
}

type Chosen<'q> = (&'q SelectionSet<'q, String>, BTreeMap<&'q str, &'q Literal<'q, String>>);

/// The operation that was asked for, with the defaults of its variables.
fn chosen<'q>(document: &'q Document<'q, String>, wanted: Option<&str>) -> std::result::Result<Chosen<'q>, String> {
    let mut found = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::Operation(OperationDefinition::SelectionSet(set)) => found.push((None, set, BTreeMap::new())),
            Definition::Operation(OperationDefinition::Query(query)) => {
                let defaults = query.variable_definitions.iter().filter_map(|v| Some((v.name.as_str(), v.default_value.as_ref()?)));
                found.push((query.name.as_deref(), &query.selection_set, defaults.collect()));
            }
            Definition::Operation(_) => return Err("This library is only read: it has queries, no mutations and no subscriptions.".to_string()),
            Definition::Fragment(_) => {}
        }
    }
    if wanted.is_some() {
        found.retain(|(name, ..)| *name == wanted);
    }
    match found.len() {
        1 => found.pop().map(|(_, set, defaults)| (set, defaults)).ok_or_else(String::new),
        0 => Err("There is no such query in the document.".to_string()),
        _ => Err("The document holds several queries; name one in operationName.".to_string()),
    }
}

/// What fields are asked of.
#[derive(Clone, Copy)]
enum Thing {
    Query,
    Book(Book),
    Author(Author),
}

/// What a field is.
enum Found {
    Leaf(Value),
    One(Option<Thing>),
    Many(Vec<Thing>),
}

struct Run<'q> {
    fragments: Fragments<'q>,
    variables: &'q Value,
    defaults: BTreeMap<&'q str, &'q Literal<'q, String>>,
    fields: usize,
}

impl<'q> Run<'q> {
    fn select(&mut self, thing: Thing, set: &'q SelectionSet<'q, String>, depth: usize, into: &mut Map) -> std::result::Result<(), Problem> {
        if depth > MOST_DEPTH {
            return Err(Problem::at(set.span.0, format!("A query goes at most {MOST_DEPTH} levels deep.")));
        }
        for selection in &set.items {
            self.fields += 1;
            if self.fields > MOST_FIELDS {
                return Err(Problem::at(set.span.0, format!("An answer has at most {MOST_FIELDS} fields; ask for less at once.")));
            }
            match selection {
                Selection::Field(field) => {
                    let name = field.alias.as_ref().unwrap_or(&field.name).clone();
                    let value = self.field(thing, field, depth)?;
                    into.insert(name, value);
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.fragments.get(spread.fragment_name.as_str()).copied();
                    let fragment = fragment.ok_or_else(|| Problem::at(spread.position, format!("There is no fragment {}.", spread.fragment_name)))?;
                    let graphql_parser::query::TypeCondition::On(on) = &fragment.type_condition;
                    if on == type_name(thing) {
                        self.select(thing, &fragment.selection_set, depth + 1, into)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.type_condition.as_ref().map(|graphql_parser::query::TypeCondition::On(on)| on.as_str());
                    if on.is_none_or(|on| on == type_name(thing)) {
                        self.select(thing, &fragment.selection_set, depth + 1, into)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, thing: Thing, field: &'q Field<'q, String>, depth: usize) -> std::result::Result<Value, Problem> {
        if !field.directives.is_empty() {
            return Err(Problem::at(field.position, "Directives are not understood here."));
        }
        let found = self.look_up(thing, field)?;
        let wants = !field.selection_set.items.is_empty();
        match found {
            Found::Leaf(_) if wants => Err(Problem::at(field.position, format!("{} has no fields of its own.", field.name))),
            Found::Leaf(value) => Ok(value),
            _ if !wants => Err(Problem::at(field.position, format!("Say which fields of {} you want, in braces.", field.name))),
            Found::One(None) => Ok(Value::Null),
            Found::One(Some(one)) => self.object(one, field, depth),
            Found::Many(many) => many.into_iter().map(|one| self.object(one, field, depth)).collect::<std::result::Result<_, _>>().map(Value::Array),
        }
    }

    fn object(&mut self, thing: Thing, field: &'q Field<'q, String>, depth: usize) -> std::result::Result<Value, Problem> {
        let mut map = Map::new();
        self.select(thing, &field.selection_set, depth + 1, &mut map)?;
        Ok(json!(map))
    }

    fn look_up(&self, thing: Thing, field: &'q Field<'q, String>) -> std::result::Result<Found, Problem> {
        let name = field.name.as_str();
        let leaf = |value: Value| Ok(Found::Leaf(value));
        match (thing, name) {
            (_, "__typename") => leaf(json!(type_name(thing))),
            (Thing::Query, "books") => {
                let by = self.text(field, "author")?;
                let first = self.number(field, "first")?.unwrap_or(i64::MAX);
                let books = BOOKS.into_iter().filter(|book| by.as_deref().is_none_or(|by| book.author == by));
                Ok(Found::Many(books.take(usize::try_from(first).unwrap_or(0)).map(Thing::Book).collect()))
            }
            (Thing::Query, "book") => Ok(Found::One(library::book(&self.needed(field, "id")?).map(Thing::Book))),
            (Thing::Query, "authors") => Ok(Found::Many(AUTHORS.map(Thing::Author).to_vec())),
            (Thing::Query, "author") => Ok(Found::One(library::author(&self.needed(field, "id")?).map(Thing::Author))),
            (Thing::Book(book), "id") => leaf(json!(book.id)),
            (Thing::Book(book), "title") => leaf(json!(book.title)),
            (Thing::Book(book), "year") => leaf(json!(book.year)),
            (Thing::Book(book), "author") => Ok(Found::One(library::author(book.author).map(Thing::Author))),
            (Thing::Author(author), "id") => leaf(json!(author.id)),
            (Thing::Author(author), "name") => leaf(json!(author.name)),
            (Thing::Author(author), "born") => leaf(json!(author.born)),
            (Thing::Author(author), "books") => {
                Ok(Found::Many(BOOKS.into_iter().filter(|book| book.author == author.id).map(Thing::Book).collect()))
            }
            _ => Err(Problem::at(field.position, format!("{} has no field {name}; GET schema shows what there is.", type_name(thing)))),
        }
    }

    /// An argument, with its variable looked up.
    fn argument(&self, field: &'q Field<'q, String>, name: &str) -> Value {
        let plain = |literal: &Literal<'q, String>| match literal {
            Literal::Int(number) => json!(number.as_i64()),
            Literal::String(text) => json!(text),
            Literal::Boolean(truth) => json!(truth),
            _ => Value::Null,
        };
        match field.arguments.iter().find(|(known, _)| known == name) {
            Some((_, Literal::Variable(variable))) => match self.variables.get(variable) {
                Some(value) => value.clone(),
                None => self.defaults.get(variable.as_str()).map_or(Value::Null, |literal| plain(literal)),
            },
            Some((_, literal)) => plain(literal),
            None => Value::Null,
        }
    }

    fn text(&self, field: &'q Field<'q, String>, name: &str) -> std::result::Result<Option<String>, Problem> {
        match self.argument(field, name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(Problem::at(field.position, format!("{name} of {} is a text.", field.name))),
        }
    }

    fn needed(&self, field: &'q Field<'q, String>, name: &str) -> std::result::Result<String, Problem> {
        self.text(field, name)?.ok_or_else(|| Problem::at(field.position, format!("{} needs {name}.", field.name)))
    }

    fn number(&self, field: &'q Field<'q, String>, name: &str) -> std::result::Result<Option<i64>, Problem> {
        match self.argument(field, name) {
            Value::Null => Ok(None),
            Value::Number(number) if number.as_i64().is_some_and(|n| n >= 0) => Ok(number.as_i64()),
            _ => Err(Problem::at(field.position, format!("{name} of {} is a whole number from 0.", field.name))),
        }
    }
}

const fn type_name(thing: Thing) -> &'static str {
    match thing {
        Thing::Query => "Query",
        Thing::Book(_) => "Book",
        Thing::Author(_) => "Author",
    }
}
