use crate::model::{self, Note};
use kandra::prelude::*;
use std::ops::Deref;

pub struct Notes(Vec<Note>);

impl Notes {
    pub async fn load(ctx: &Ctx) -> Result<Self> {
        let notes = ctx.kv().list_json::<model::Note>("note:").await?;
        Ok(Self(notes.into_iter().map(|(_, note)| note).collect()))
    }
    pub fn into_inner(self) -> Vec<Note> {
        self.0
    }
}

impl Deref for Notes {
    type Target = [Note];
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

pub async fn add_note(ctx: &Ctx, note: Note) -> Result<i64> {
    let id = ctx.kv().increment("last", 1).await?;
    ctx.kv().set_json(&format!("note:{id:08}"), &note).await?;
    Ok(id)
}
