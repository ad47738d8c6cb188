"""A vision-language model of 0.1 million random weights: real files, built in seconds.

An Idefics3, for it needs no torchvision. Its letters are printable ASCII, so that whatever it
writes is text. Run as a script: the library that builds it is in no process of a test.
"""

import sys
from pathlib import Path

SPOKEN = (
    "A man in a red jacket walks past a parked white van near the gate.",
    '{"answers": {"q1": {"answer": "yes", "confidence": 90, "evidence": ["k1"]}}, "report": {}}',
    "Say what is to be seen, with the numbers of tracks, as one JSON object and nothing else.",
)
MARKS = ("<|pad|>", "<|im_start|>", "<|im_end|>", "<fake_token_around_image>", "<image>")
GRID = tuple(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7))
CHAT = (
    "{% for turn in messages %}<|im_start|>{{ turn['role'] }}\n"
    "{% if turn['content'] is string %}{{ turn['content'] }}{% else %}"
    "{% for part in turn['content'] %}{% if part['type'] == 'image' %}<image>"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPREAD = 0.2
"""Of the random weights: with the usual 0.02 a long question drowns what a picture changes."""

ROOM = 8192
"""Tokens it takes in: a question of ours is some 1,500 of its short ones."""


def build(folder: Path, seed: int = 0) -> None:
    """Write the model into a folder."""
    import torch  # noqa: PLC0415 (this module is imported where there is none)
    import transformers as hf  # noqa: PLC0415
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: PLC0415

    pairs = Tokenizer(models.BPE())
    pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pairs.decoder = decoders.ByteLevel()
    letters = [*map(chr, range(33, 127)), "\u0120", "\u010a"]
    special = [*MARKS, "<end_of_utterance>", "<global-img>", *GRID]
    trainer = trainers.BpeTrainer(
        vocab_size=512, special_tokens=special, initial_alphabet=letters, show_progress=False
    )
    pairs.train_from_iterator([*SPOKEN, *["\n\n"] * 20], trainer)
    words = hf.PreTrainedTokenizerFast(
        tokenizer_object=pairs,
        eos_token=MARKS[2],
        pad_token=MARKS[0],
        padding_side="left",
        model_max_length=ROOM,
    )
    size = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "initializer_range": SPREAD,
    }
    text = hf.LlamaConfig(
        **size,
        num_key_value_heads=2,
        max_position_embeddings=ROOM,
        vocab_size=len(words),
        pad_token_id=words.pad_token_id,
        eos_token_id=words.eos_token_id,
        bos_token_id=None,
    )
    config = hf.Idefics3Config(
        vision_config={**size, "image_size": 64, "patch_size": 8},
        text_config=text,
        scale_factor=2,
        initializer_range=SPREAD,
        tie_word_embeddings=False,
        image_token_id=words.convert_tokens_to_ids("<image>"),
        pad_token_id=words.pad_token_id,
    )
    pictures = hf.Idefics3ImageProcessorPil(
        size={"longest_edge": 128}, max_image_size={"longest_edge": 64}, do_image_splitting=False
    )
    torch.manual_seed(seed)
    model = hf.Idefics3ForConditionalGeneration(config)
    model.generation_config = hf.GenerationConfig(
        eos_token_id=words.eos_token_id, pad_token_id=words.pad_token_id
    )
    model.save_pretrained(folder)
    hf.Idefics3Processor(pictures, words, image_seq_len=16, chat_template=CHAT).save_pretrained(
        folder
    )


if __name__ == "__main__":
    build(Path(sys.argv[1]))
