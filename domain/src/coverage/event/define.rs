//! The shape of the event's definition, which gives each event its name.

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {
        /// Something that happened. `at` is the moment in the world, where it is not the moment of recording.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Event {$(
            $(#[$doc])*
            $name { $($(#[$field_doc])* $field: $type,)* },
        )+}

        impl Event {
            /// The names of all events, in the order of the lifecycle.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),+];

            /// Its name.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name),)+
                }
            }
        }
    };
}

pub(super) use events;
