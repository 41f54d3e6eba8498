use tonic::Status;

use super::ledger::Name;
use super::settings::{Kept, Settings};
use crate::gateway::forward::Log;
use crate::gateway::read::{From, stream_from};
use crate::gateway::refusal::missing;
use crate::gateway::source::Source;
use crate::gateway::wire::persistent_subscriptions::create_req;

/// The longest name of a group, in bytes.
const MAX_GROUP_NAME_BYTES: usize = 128;

/// What a request to make or change a group says.
pub(super) struct Asked {
    pub(super) name: Name,
    pub(super) source: Source,
    pub(super) from: From,
    pub(super) settings: Settings,
}

impl Asked {
    pub(super) async fn parse(log: &Log, options: Option<create_req::Options>) -> Result<Self, Status> {
        use create_req::all_options::{AllOption, FilterOption};
        use create_req::options::StreamOption;
        let options = options.ok_or_else(|| missing("options"))?;
        let settings = options.settings.ok_or_else(|| missing("settings"))?;
        let (source, from, filter) = match options.stream_option {
            Some(StreamOption::Stream(stream)) => {
                let (source, from) = stream_from(stream)?;
                (source, from, None)
            }
            Some(StreamOption::All(all)) => {
                let from = match all.all_option {
                    Some(AllOption::Position(position)) => From::of_position(position)?,
                    Some(AllOption::Start(_)) => From::Start,
                    Some(AllOption::End(_)) => From::End,
                    None => return Err(missing("all_option")),
                };
                let filter = match all.filter_option {
                    Some(FilterOption::Filter(filter)) => Kept::parse(&log.patterns, filter).await?,
                    Some(FilterOption::NoFilter(_)) | None => None,
                };
                (Source::All, from, filter)
            }
            // clients from before there was `$all`
            None => {
                let name = options.stream_identifier.ok_or_else(|| missing("stream_option"))?;
                (Source::parse(&name.stream_name), From::At(settings.revision), None)
            }
        };
        if options.group_name.is_empty() {
            return Err(missing("group_name"));
        }
        if options.group_name.len() > MAX_GROUP_NAME_BYTES || options.group_name.chars().any(char::is_control)
        {
            return Err(Status::invalid_argument(format!(
                "group_name: has at most {MAX_GROUP_NAME_BYTES} bytes and no control characters"
            )));
        }
        let all = matches!(source, Source::All);
        let start_from = match from {
            From::Start if all => "C:0/P:0".to_owned(),
            From::End if all => "C:-1/P:-1".to_owned(),
            From::At(position) if all => format!("C:{position}/P:{position}"),
            From::Start => "0".to_owned(),
            From::End => "-1".to_owned(),
            From::At(revision) => revision.to_string(),
        };
        let settings = Settings::parse(&settings, filter, start_from)?;
        Ok(Self { name: Name { stream: source.name(), group: options.group_name }, source, from, settings })
    }
}
