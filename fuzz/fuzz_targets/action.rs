//! The actions of a frame, past every door: what is read is written the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok((actions, end)) = codec::decode_frame(bytes) else { return };
    let name = codec::name(bytes).expect("decoded");
    let author = name.author.unwrap_or(codec::AuthorKey([0; 32]));
    let again = codec::encode_frame(name.replica, author, name.start, &actions).expect("decoded");
    assert_eq!(again, bytes);
    assert_eq!(actions.last().expect("not empty").span().end, end);
});
