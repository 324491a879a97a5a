#![no_std]
#![forbid(unsafe_code)]
//! A site of several pages with one layout: the shelf, a page for each book with readers' notes, and a page for what is not there.
extern crate kandra_std as std;
use kandra::prelude::*;

mod layout;
mod shelf;
#[cfg(test)]
mod tests;

use layout::{Page, root};
use shelf::{BOOKS, Book};

kandra::feature!(mount);

/// Notes of one book, and characters.
const MOST_NOTES: i64 = 100;
const MOST_NAME: usize = 40;
const MOST_TEXT: usize = 600;

fn mount(routes: &mut Routes) {
    routes.get("/", home);
    routes.get("/books", books);
    routes.get("/books/{book}", book);
    routes.post("/books/{book}/notes", write);
    routes.get("/about", about);
    routes.get("/{*rest}", missing);
    routes.widget(widget);
}

async fn home(req: Request, _ctx: Ctx) -> Result<Response> {
    let Book { slug, title, author, about, .. } = &BOOKS[0];
    let to = root(&req);
    Page { title: "This month", here: "" }.show(
        &req,
        &format!(
            r#"<h1>This month we read</h1>
<article class="book">{}<div><h2><a href="{to}books/{slug}">{title}</a></h2><p class="muted">{author}</p><p>{about}</p></div></article>
<p><a href="{to}books">See the whole shelf</a></p>"#,
            shelf::cover(&BOOKS[0]),
        ),
    )
}

async fn books(req: Request, ctx: Ctx) -> Result<Response> {
    let to = root(&req);
    let mut items = String::new();
    for book in &BOOKS {
        let Book { slug, title, author, .. } = book;
        let notes = match notes(&ctx, book).await?.len() {
            1 => "1 note".to_string(),
            count => format!("{count} notes"),
        };
        items += &format!(
            r#"<li class="book">{}<div><a href="{to}books/{slug}">{title}</a><br><span class="muted">{author} · {notes}</span></div></li>"#,
            shelf::cover(book)
        );
    }
    Page { title: "The shelf", here: "books" }.show(&req, &format!(r#"<h1>The shelf</h1><ul class="plain">{items}</ul>"#))
}

async fn book(req: Request, ctx: Ctx) -> Result<Response> {
    let Ok(book) = shelf::find(req.param("book")?) else { return missing(req, ctx).await };
    let mut list = String::new();
    for note in notes(&ctx, book).await?.iter().rev() {
        list += &format!("<li><p>{}</p><small class=\"muted\">{}</small></li>", escape(&note.text), escape(&note.name));
    }
    if list.is_empty() {
        list += "<li class=\"muted\">Nobody has written about it yet.</li>";
    }
    let Book { slug, title, author, about, .. } = book;
    let body = format!(
        r#"<article class="book">{}<div><h1>{title}</h1><p class="muted">{author}</p><p>{about}</p></div></article>
<h2>Readers' notes</h2>
<form class="stack" method="post" action="{}books/{slug}/notes">
<label>Your name <input name="name" required maxlength="{MOST_NAME}" autocomplete="nickname"></label>
<label>Your note <textarea name="text" required maxlength="{MOST_TEXT}" rows="3"></textarea></label>
<div class="row"><button type="submit">Leave it here</button></div>
</form>
<ul class="plain notes">{list}</ul>"#,
        shelf::cover(book),
        root(&req),
    );
    Page { title, here: "books" }.show(&req, &body)
}

#[derive(Serialize, Deserialize)]
struct Note {
    name: String,
    text: String,
}

async fn notes(ctx: &Ctx, book: &Book) -> Result<Vec<Note>> {
    let notes = ctx.kv().list_json(&format!("note:{}:", book.slug)).await?;
    Ok(notes.into_iter().map(|(_, note)| note).collect())
}

/// A form that was sent leads back to its page with GET: to load it again sends nothing twice.
async fn write(req: Request, ctx: Ctx) -> Result<Response> {
    let book = shelf::find(req.param("book")?)?;
    let new: Note = req.form()?;
    let (name, text) = (new.name.trim(), new.text.trim());
    if name.is_empty() || name.chars().count() > MOST_NAME || text.is_empty() || text.chars().count() > MOST_TEXT {
        let body = format!(
            r#"<h1>Not quite</h1><p role="alert">A name has 1 to {MOST_NAME} characters, a note 1 to {MOST_TEXT}.</p><p><a href="../{}">Back to the book</a></p>"#,
            book.slug
        );
        return Ok(Page { title: "Not quite", here: "books" }.show(&req, &body)?.with_status(400));
    }
    // Numbered in order; the newest hundred stay.
    let number = ctx.kv().increment(&format!("last:{}", book.slug), 1).await?;
    let note = Note { name: name.to_string(), text: text.to_string() };
    ctx.kv().set_json(&format!("note:{}:{number:08}", book.slug), &note).await?;
    if number > MOST_NOTES {
        ctx.kv().delete(&format!("note:{}:{:08}", book.slug, number - MOST_NOTES)).await?;
    }
    Response::redirect(&format!("/books/{}", book.slug))
}

async fn about(req: Request, _ctx: Ctx) -> Result<Response> {
    Page { title: "About", here: "about" }
        .show(&req, "<h1>About the club</h1><p>We read one old book a month. Everybody may leave a note; nobody has to have finished.</p>")
}

async fn missing(req: Request, _ctx: Ctx) -> Result<Response> {
    let body = format!(
        r#"<h1>This page is not on our shelf</h1><p>Perhaps it was lent out. Begin again <a href="{}">at the front</a>.</p>"#,
        root(&req)
    );
    Ok(Page { title: "Not found", here: "-" }.show(&req, &body)?.with_status(404))
}

/// The card shows the book of the month and leads into the site, which fits into the card as well.
async fn widget(_req: Request, ctx: Ctx) -> Result<Response> {
    let book = &BOOKS[0];
    let last = match notes(&ctx, book).await?.last() {
        Some(note) => format!("<blockquote><p>{}</p><small>{}</small></blockquote>", escape(&note.text), escape(&note.name)),
        None => String::new(),
    };
    Response::html(format!(
        r#"<style>{}</style>
<div class="book">{}<div><h2>{}</h2><p class="muted">{}</p></div></div>
{last}
<p><a href="books/{}">Readers' notes</a> · <a href="books">The shelf</a></p>"#,
        layout::STYLE,
        shelf::cover(book),
        book.title,
        book.author,
        book.slug,
    ))
}
