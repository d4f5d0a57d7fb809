mod past;
mod ring;
