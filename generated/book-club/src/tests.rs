use super::mount;
use kandra::{prelude::*, testing::Rig};

const PATH: &str = "/books/middlemarch";

#[test]
fn a_note_leads_back_to_its_book_and_is_escaped() {
    let rig = Rig::mount(mount);
    let sent = rig.post_form("/books/middlemarch/notes", "name=Ada&text=Slow+%3Cb%3Ebut%3C%2Fb%3E+good");
    assert_eq!((sent.status(), sent.header("location")), (303, Some(PATH)));
    let page = rig.get(PATH);
    assert!(page.text().contains("Slow &lt;b&gt;but&lt;/b&gt; good") && !page.text().contains("<b>but"));
}

#[test]
fn links_lead_to_the_root_from_every_depth() {
    let rig = Rig::mount(mount);
    for (path, link) in
        [("/", "href=\"./books\""), ("/about", "href=\"./books\""), (PATH, "href=\"../books\""), ("/a/b/c", "href=\"../../books\"")]
    {
        assert!(rig.get(path).text().contains(link), "{path}");
    }
}

#[test]
fn only_the_newest_notes_stay() {
    let rig = Rig::mount(mount);
    for number in 0..103 {
        rig.post_form("/books/middlemarch/notes", &format!("name=Ada&text=note-{number}-"));
    }
    let page = rig.get(PATH);
    assert!(page.text().contains("note-102-") && page.text().contains("note-3-") && !page.text().contains("note-2-"));
}
