//! The data: a few old books and who wrote them.

/// What can be asked for, in GraphQL's own words.
pub const SCHEMA: &str = r#"type Query {
  "All books, in order of year; of one author, or the first few."
  books(author: ID, first: Int): [Book!]!
  book(id: ID!): Book
  authors: [Author!]!
  author(id: ID!): Author
}

type Book {
  id: ID!
  title: String!
  year: Int!
  author: Author!
}

type Author {
  id: ID!
  name: String!
  born: Int!
  books: [Book!]!
}
"#;

#[derive(Clone, Copy)]
pub struct Author {
    pub id: &'static str,
    pub name: &'static str,
    pub born: i64,
}

#[derive(Clone, Copy)]
pub struct Book {
    pub id: &'static str,
    pub title: &'static str,
    pub year: i64,
    pub author: &'static str,
}

pub const AUTHORS: [Author; 4] = [
    Author { id: "austen", name: "Jane Austen", born: 1775 },
    Author { id: "eliot", name: "George Eliot", born: 1819 },
    Author { id: "shelley", name: "Mary Shelley", born: 1797 },
    Author { id: "verne", name: "Jules Verne", born: 1828 },
];

pub const BOOKS: [Book; 7] = [
    Book { id: "sense", title: "Sense and Sensibility", year: 1811, author: "austen" },
    Book { id: "pride", title: "Pride and Prejudice", year: 1813, author: "austen" },
    Book { id: "frankenstein", title: "Frankenstein", year: 1818, author: "shelley" },
    Book { id: "earth", title: "Journey to the Centre of the Earth", year: 1864, author: "verne" },
    Book { id: "sea", title: "Twenty Thousand Leagues Under the Seas", year: 1870, author: "verne" },
    Book { id: "middlemarch", title: "Middlemarch", year: 1871, author: "eliot" },
    Book { id: "days", title: "Around the World in Eighty Days", year: 1873, author: "verne" },
];

pub fn author(id: &str) -> Option<Author> {
    AUTHORS.into_iter().find(|author| author.id == id)
}

pub fn book(id: &str) -> Option<Book> {
    BOOKS.into_iter().find(|book| book.id == id)
}
