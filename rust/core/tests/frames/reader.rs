//! A reader of event streams that follows the HTML standard, written plainly.

/// What a reader knows after a stream (HTML standard, "interpreting an event stream").
#[derive(Debug, Default, PartialEq)]
pub struct Reader {
    /// Type and data of each event that was dispatched.
    pub dispatched: Vec<(String, String)>,
    pub last_event_id: String,
    pub retry: Option<u64>,
    pub comments: Vec<String>,
}

impl Reader {
    /// What a whole stream tells it.
    pub fn read(stream: &str) -> Self {
        let mut reader = Self::default();
        let (mut event, mut data, mut id) = (String::new(), String::new(), String::new());
        let stream = stream.strip_prefix('\u{feff}').unwrap_or(stream);
        let lines = stream.replace("\r\n", "\n").replace('\r', "\n");
        for line in lines.split('\n') {
            if line.is_empty() {
                reader.last_event_id.clone_from(&id);
                let event = std::mem::take(&mut event);
                let mut data = std::mem::take(&mut data);
                if data.is_empty() {
                    continue;
                }
                data.pop();
                reader.dispatched.push((event, data));
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "" => reader.comments.push(value.to_owned()),
                "event" => value.clone_into(&mut event),
                "data" => {
                    data.push_str(value);
                    data.push('\n');
                }
                "id" if !value.contains('\0') => value.clone_into(&mut id),
                "retry" if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) => {
                    reader.retry = value.parse().ok();
                }
                _ => {}
            }
        }
        reader
    }
}
