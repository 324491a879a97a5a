//! The books.
use kandra::prelude::*;

/// One book of the club.
pub struct Book {
    /// In addresses.
    pub slug: &'static str,
    pub title: &'static str,
    pub author: &'static str,
    pub about: &'static str,
    /// Which of the chart colours its cover has.
    pub colour: u8,
}

/// The first is this month's.
pub const BOOKS: [Book; 3] = [
    Book {
        slug: "middlemarch",
        title: "Middlemarch",
        author: "George Eliot",
        about: "A provincial town, two marriages that go wrong in different ways, and a great many good intentions.",
        colour: 1,
    },
    Book {
        slug: "frankenstein",
        title: "Frankenstein",
        author: "Mary Shelley",
        about: "A student makes a creature and will not be its father. Told in letters, from the ice.",
        colour: 3,
    },
    Book {
        slug: "three-men-in-a-boat",
        title: "Three Men in a Boat",
        author: "Jerome K. Jerome",
        about: "To say nothing of the dog. A fortnight on the Thames, and a tin of pineapple without an opener.",
        colour: 2,
    },
];

pub fn find(slug: &str) -> Result<&'static Book> {
    BOOKS.iter().find(|book| book.slug == slug).ok_or_else(|| Error::not_found("There is no such book."))
}

/// A cover, drawn: pictures from elsewhere are not shown.
pub fn cover(book: &Book) -> String {
    format!(
        r#"<svg viewBox="0 0 48 64" aria-hidden="true"><rect width="48" height="64" rx="4" fill="var(--chart-{})"/><rect x="6" width="2" height="64" fill="var(--color-background-primary)" opacity="0.4"/><rect x="16" y="14" width="24" height="3" rx="1.5" fill="var(--color-background-primary)"/><rect x="16" y="21" width="16" height="3" rx="1.5" fill="var(--color-background-primary)"/></svg>"#,
        book.colour
    )
}
