//! Parts become one PDF. Each was typeset by itself, so that memory goes with a part and not with the run; what is shared among their
//! pages (fonts, pictures) stays once a part.

use lopdf::{Dictionary, Document, Object, ObjectId, SaveOptions};

/// What of a part's own frame is not taken over: the whole has one of each.
const FRAMES: [&[u8]; 4] = [b"Catalog", b"Pages", b"ObjStm", b"XRef"];

/// Parts put together in order.
pub(super) struct Merged {
    whole: Document,
    pages: Vec<Object>,
    /// The first part's catalogue: what says that it is to be kept for good, and its language.
    frame: Dictionary,
}

impl Merged {
    pub(super) fn new() -> Self {
        Merged { whole: Document::with_version("1.7"), pages: Vec::new(), frame: Dictionary::new() }
    }

    /// Puts a part at the end.
    pub(super) fn add(&mut self, pdf: &[u8]) -> lopdf::Result<()> {
        let mut part = Document::load_mem(pdf)?;
        part.renumber_objects_with(self.whole.max_id + 1);
        if self.pages.is_empty() {
            self.frame = part.catalog()?.clone();
            if let Ok(id) = part.trailer.get(b"ID") {
                self.whole.trailer.set("ID", id.clone());
            }
            if let Ok(info) = part.trailer.get(b"Info") {
                self.whole.trailer.set("Info", info.clone());
            }
        }
        self.pages.extend(part.get_pages().into_values().map(Object::Reference));
        self.whole.max_id = self.whole.max_id.max(part.max_id);
        let kept =
            part.objects.into_iter().filter(|(_, object)| !object.type_name().is_ok_and(|t| FRAMES.contains(&t)));
        self.whole.objects.extend(kept);
        Ok(())
    }

    /// The whole as a file.
    pub(super) fn write(mut self) -> lopdf::Result<Vec<u8>> {
        let root = self.whole.new_object_id();
        for page in &self.pages {
            self.whole.get_object_mut(page.as_reference()?)?.as_dict_mut()?.set("Parent", root);
        }
        self.whole.objects.insert(root, pages(self.pages));
        self.frame.set("Pages", root);
        let frame: ObjectId = self.whole.add_object(Object::Dictionary(self.frame));
        self.whole.trailer.set("Root", frame);
        let mut bytes = Vec::new();
        let options =
            SaveOptions::builder().use_object_streams(true).use_xref_streams(true).compression_level(1).build();
        self.whole.save_with_options(&mut bytes, options)?;
        Ok(bytes)
    }
}

fn pages(kids: Vec<Object>) -> Object {
    let mut pages = Dictionary::new();
    pages.set("Type", "Pages");
    pages.set("Count", i64::try_from(kids.len()).unwrap_or(i64::MAX));
    pages.set("Kids", kids);
    Object::Dictionary(pages)
}
