mod past;
mod ring;
mod sealed;
