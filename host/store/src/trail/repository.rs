//! The git directory: objects, one branch, and the source of features at commits.

use super::{CommitAuthor, Files, Removal, Saved, TrailError, TrailOptions, log, worktree::WorkTree};
use git2::{
    Commit, FileMode, ObjectType, Oid, RepositoryInitOptions, Signature, Tree, TreeWalkMode, TreeWalkResult, build::TreeUpdateBuilder,
};
use kandra_model::{Revision, RevisionRecord, Slug};
use std::path::Path;

const BRANCH: &str = "refs/heads/main";

/// The open git directory and its work tree.
pub(super) struct Repository {
    pub(super) git: git2::Repository,
    tree: WorkTree,
    committer: CommitAuthor,
}

impl Repository {
    pub(super) fn open(options: TrailOptions) -> Result<Self, TrailError> {
        remove_stale_locks(&options.git_dir)?;
        let mut init = RepositoryInitOptions::new();
        init.bare(true).no_reinit(false).external_template(false).initial_head("main");
        let git = git2::Repository::init_opts(&options.git_dir, &init)?;
        // A person may run `git --git-dir` here; for this process the repository stays bare. Objects and references
        // reach the disk before they are named.
        let mut config = git.config()?.open_level(git2::ConfigLevel::Local)?;
        config.set_bool("core.fsyncObjectFiles", true)?;
        config.set_bool("core.bare", false)?;
        let work_tree =
            std::path::absolute(&options.work_tree).map_err(|error| TrailError::Io { path: options.work_tree.clone(), error })?;
        config.set_str("core.worktree", &work_tree.to_string_lossy())?;
        let git = git2::Repository::open_bare(&options.git_dir)?;
        let tree = WorkTree::open(&options.work_tree, &options.git_dir.join("kandra-writing"))?;
        Ok(Self { git, tree, committer: options.committer })
    }

    pub(super) fn head(&self) -> Result<Option<Commit<'_>>, TrailError> {
        match self.git.find_reference(BRANCH) {
            Ok(reference) => Ok(Some(reference.peel_to_commit()?)),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn save(&mut self, saved: Saved) -> Result<RevisionRecord, TrailError> {
        let Saved { mut record, files, author } = saved;
        if let Some(done) = self.revision_of_run(record.run)?
            && done.source == record.source
        {
            return Ok(done);
        }
        let head = self.head_files(&record.feature)?;
        self.tree.write(&record.feature, &head, &files)?;
        let message = log::save_message(&record);
        record.commit = self.commit(&record.feature, Some(&files), &message, author.as_ref())?;
        Ok(record)
    }

    pub(super) fn remove(&mut self, removal: &Removal) -> Result<String, TrailError> {
        let head = self.head_files(&removal.feature)?;
        self.tree.remove(&removal.feature, &head)?;
        self.commit(&removal.feature, None, &log::remove_message(removal), None)
    }

    pub(super) fn restore(&mut self, feature: &Slug, revision: Revision, commit: &str) -> Result<String, TrailError> {
        let files = self.files(feature, commit)?;
        let head = self.head_files(feature)?;
        self.tree.write(feature, &head, &files)?;
        self.commit(feature, Some(&files), &log::restore_message(feature, revision), None)
    }

    pub(super) fn hand_edits(&self, feature: &Slug) -> Result<Vec<String>, TrailError> {
        let head = self.head_files(feature)?;
        self.tree.hand_edits(feature, &head, &head)
    }

    pub(super) fn files(&self, feature: &Slug, commit: &str) -> Result<Files, TrailError> {
        let absent = || TrailError::NoCommit(commit.chars().take(64).collect());
        let id = Oid::from_str(commit).map_err(|_| absent())?;
        let commit = self.git.find_commit(id).map_err(|_| absent())?;
        self.files_of(&commit.tree()?, feature)?.ok_or_else(absent)
    }

    fn head_files(&self, feature: &Slug) -> Result<Files, TrailError> {
        match self.head()? {
            Some(head) => Ok(self.files_of(&head.tree()?, feature)?.unwrap_or_default()),
            None => Ok(Files::new()),
        }
    }

    fn files_of(&self, root: &Tree<'_>, feature: &Slug) -> Result<Option<Files>, TrailError> {
        let entry = match root.get_path(Path::new(&folder(feature))) {
            Ok(entry) => entry,
            Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let tree = self.git.find_tree(entry.id())?;
        let mut files = Files::new();
        let mut failed = None;
        tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() == Some(ObjectType::Blob) {
                let read = entry.name().map_err(TrailError::from).and_then(|name| {
                    let blob = self.git.find_blob(entry.id())?;
                    Ok((format!("{folder}{name}"), String::from_utf8_lossy(blob.content()).into_owned()))
                });
                match read {
                    Ok((path, text)) => drop(files.insert(path, text)),
                    Err(error) => {
                        failed = Some(error);
                        return TreeWalkResult::Abort;
                    }
                }
            }
            TreeWalkResult::Ok
        })
        .or_else(|error| if failed.is_some() { Ok(()) } else { Err(error) })?;
        match failed {
            Some(error) => Err(error),
            None => Ok(Some(files)),
        }
    }

    /// One commit on the branch that replaces one feature's folder. The reference moves last.
    fn commit(&self, feature: &Slug, files: Option<&Files>, message: &str, author: Option<&CommitAuthor>) -> Result<String, TrailError> {
        let empty = self.git.find_tree(self.git.treebuilder(None)?.write()?)?;
        let parent = self.head()?;
        let base = match &parent {
            Some(parent) => parent.tree()?,
            None => empty.clone(),
        };
        let folder = folder(feature);
        let mut update = TreeUpdateBuilder::new();
        match files {
            Some(files) => {
                let mut crate_update = TreeUpdateBuilder::new();
                for (path, text) in files {
                    crate_update.upsert(path.as_str(), self.git.blob(text.as_bytes())?, FileMode::Blob);
                }
                update.upsert(folder.as_str(), crate_update.create_updated(&self.git, &empty)?, FileMode::Tree);
            }
            None if base.get_path(Path::new(&folder)).is_ok() => drop(update.remove(folder.as_str())),
            None => {}
        }
        let tree = self.git.find_tree(update.create_updated(&self.git, &base)?)?;
        let committer = signature(&self.committer)?;
        let author = author.map(signature).transpose()?.unwrap_or_else(|| committer.clone());
        let parents: Vec<_> = parent.iter().collect();
        let id = self.git.commit(Some(BRANCH), &author, &committer, message, &tree, &parents)?;
        self.refresh_index(&tree);
        Ok(id.to_string())
    }

    /// Only people who run git by hand look at the index; a failure costs them a `git reset`.
    fn refresh_index(&self, tree: &Tree<'_>) {
        let refreshed = self.git.index().and_then(|mut index| {
            index.read_tree(tree)?;
            index.write()
        });
        if let Err(error) = refreshed {
            tracing::debug!(%error, "the git index was not refreshed");
        }
    }
}

fn folder(feature: &Slug) -> String {
    format!("features/{feature}")
}

fn signature(author: &CommitAuthor) -> Result<Signature<'static>, TrailError> {
    let plain = |text: &str, instead: &str| {
        let text: String = text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).take(100).collect();
        if text.trim().is_empty() { instead.to_owned() } else { text }
    };
    Ok(Signature::now(&plain(&author.name, "Kandra"), &plain(&author.email, "kandra@localhost"))?)
}

/// Lock files of a process that was killed.
fn remove_stale_locks(git_dir: &Path) -> Result<(), TrailError> {
    for folder in [git_dir.to_owned(), git_dir.join("refs"), git_dir.join("refs/heads")] {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(TrailError::Io { path: folder, error }),
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "lock") {
                std::fs::remove_file(&path).map_err(|error| TrailError::Io { path, error })?;
            }
        }
    }
    Ok(())
}
