//! The multipart body by which a certificate comes, and what may come so.

use axum::extract::multipart::{Field, Multipart};
use serde_json::{Map, Value};

use crate::sandbox::answer::Refusal;
use crate::sandbox::form::{Form, INVALID_INPUT};

const LARGEST_FILE: usize = 15 * 1024 * 1024;

/// A multipart body, read.
#[derive(Default)]
pub(super) struct Upload {
    pub file: Option<File>,
    pub contractor: Option<String>,
    pub custom_metadata: Map<String, Value>,
}

pub(super) struct File {
    pub name: String,
    pub media_type: String,
    pub size: usize,
    pub is_pdf: bool,
}

impl Upload {
    pub(super) async fn read(mut parts: Multipart) -> Result<Self, Refusal> {
        let mut upload = Self::default();
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            let key = name.strip_prefix("custom_metadata[").and_then(|rest| rest.strip_suffix(']'));
            if name == "certificate" {
                upload.file = Some(File::read(part).await?);
            } else if name == "contractor" {
                upload.contractor = Some(part.text().await.map_err(unreadable)?);
            } else if let Some(key) = key {
                let value = part.text().await.map_err(unreadable)?;
                upload.custom_metadata.insert(key.to_owned(), Value::String(value));
            }
        }
        Ok(upload)
    }
}

impl File {
    async fn read(part: Field<'_>) -> Result<Self, Refusal> {
        let name = part.file_name().unwrap_or_default().to_owned();
        let media_type = part.content_type().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(unreadable)?;
        Ok(Self { name, media_type, size: bytes.len(), is_pdf: bytes.starts_with(b"%PDF") })
    }

    fn has_pdf_name(&self) -> bool {
        std::path::Path::new(&self.name)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"))
    }
}

fn unreadable(problem: impl std::fmt::Display) -> Refusal {
    Refusal::bad("bad_request", format!("the multipart body cannot be read: {problem}"))
}

/// Only PDFs by name, type and content.
pub(super) fn check_file(form: &mut Form<'_>, file: Option<&File>) {
    let field = "certificate";
    match file {
        None => form.refuse(field, INVALID_INPUT, "is required"),
        Some(file) if file.size > LARGEST_FILE => {
            form.refuse(field, "invalid_file_size", "may have at most 15 MB");
        }
        Some(file) if !file.has_pdf_name() => {
            form.refuse(field, "invalid_file_type", "its name must end in .pdf");
        }
        Some(file) if !file.media_type.eq_ignore_ascii_case("application/pdf") => {
            form.refuse(field, "invalid_mime_type", "its type must be application/pdf");
        }
        Some(file) if !file.is_pdf => {
            form.refuse(field, "invalid_file_type", "its content is not a PDF");
        }
        Some(_) => {}
    }
}
