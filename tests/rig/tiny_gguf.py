"""The tiny random model in llama.cpp's own form: the same weights, as `model` and `mmproj`.

Run as a script: `tiny_gguf.py FOLDER OUT`, the first written by `tiny_model`. Layouts follow
llama.cpp's `convert_hf_to_gguf.py`: rotary halves interleaved, words and pictures apart.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rig.tiny_model import CHAT, ROOM

Array = npt.NDArray[np.float32]


def build(source: Path, out: Path) -> None:
    """Write `model.gguf` and `mmproj.gguf`."""
    from safetensors.numpy import load_file  # noqa: PLC0415 (this module is read where there is none)

    out.mkdir(parents=True, exist_ok=True)
    config = json.loads((source / "config.json").read_text())
    words = json.loads((source / "tokenizer.json").read_text())
    weights: Mapping[str, Array] = load_file(source / "model.safetensors")
    _model(config["text_config"], words, weights, out / "model.gguf")
    _pictures(config, weights, out / "mmproj.gguf")


def _model(
    text: Mapping[str, Any], words: Mapping[str, Any], weights: Mapping[str, Array], path: Path
) -> None:
    import gguf  # noqa: PLC0415 (likewise)

    special = {added["content"]: added["id"] for added in words["added_tokens"]}
    vocabulary = words["model"]["vocab"] | special
    order = sorted(vocabulary, key=vocabulary.__getitem__)
    merges = words["model"]["merges"]
    kinds = gguf.TokenType
    file = gguf.GGUFWriter(str(path), "llama")
    file.add_context_length(ROOM)
    file.add_embedding_length(text["hidden_size"])
    file.add_block_count(text["num_hidden_layers"])
    file.add_feed_forward_length(text["intermediate_size"])
    file.add_head_count(text["num_attention_heads"])
    file.add_head_count_kv(text["num_key_value_heads"])
    file.add_layer_norm_rms_eps(text["rms_norm_eps"])
    file.add_vocab_size(len(order))
    file.add_rope_dimension_count(text["hidden_size"] // text["num_attention_heads"])
    file.add_rope_freq_base(text["rope_parameters"]["rope_theta"])
    file.add_tokenizer_model("gpt2")
    file.add_tokenizer_pre("gpt-2")
    file.add_token_list(order)
    file.add_token_types([kinds.CONTROL if word in special else kinds.NORMAL for word in order])
    file.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in merges])
    file.add_add_bos_token(False)
    file.add_bos_token_id(vocabulary["<|im_start|>"])
    file.add_eos_token_id(vocabulary["<|im_end|>"])
    file.add_pad_token_id(vocabulary["<|pad|>"])
    file.add_chat_template(CHAT)
    heads = {"q_proj": text["num_attention_heads"], "k_proj": text["num_key_value_heads"]}

    def turned(name: str, array: Array) -> Array:
        for part, count in heads.items():
            if part in name:
                return _interleaved(array, count)
        return array

    mine = {
        name.replace("model.text_model.", "model."): turned(name, array)
        for name, array in weights.items()
        if "text_model" in name or name.startswith("lm_head")
    }
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, text["num_hidden_layers"])
    _write(file, mine, lambda name: names.get_name(name, (".weight", ".bias")))


def _pictures(config: Mapping[str, Any], weights: Mapping[str, Array], path: Path) -> None:
    import gguf  # noqa: PLC0415 (likewise)

    seen = config["vision_config"]
    file = gguf.GGUFWriter(str(path), "clip")
    file.add_type("mmproj")
    file.add_clip_has_vision_encoder(True)
    file.add_clip_projector_type("idefics3")
    file.add_vision_projection_dim(config["text_config"]["hidden_size"])
    file.add_vision_image_size(seen["image_size"])
    file.add_vision_patch_size(seen["patch_size"])
    file.add_vision_embedding_length(seen["hidden_size"])
    file.add_vision_feed_forward_length(seen["intermediate_size"])
    file.add_vision_block_count(seen["num_hidden_layers"])
    file.add_vision_head_count(seen["num_attention_heads"])
    file.add_vision_attention_layernorm_eps(seen["layer_norm_eps"])
    file.add_vision_use_gelu(True)
    file.add_vision_image_mean([0.5] * 3)
    file.add_vision_image_std([0.5] * 3)
    file.add_vision_projector_scale_factor(config["scale_factor"])
    file.add_uint32("clip.vision.preproc_image_size", seen["image_size"])
    mine = {
        name: array
        for name, array in weights.items()
        if "vision_model" in name or "connector" in name
    }
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.MMPROJ, seen["num_hidden_layers"])
    _write(file, mine, lambda name: names.get_name(name, (".weight", ".bias")))


def _interleaved(array: Array, heads: int) -> Array:
    """Put the halves of each rotation side by side, as llama.cpp turns them."""
    rows, *rest = array.shape
    halves = array.reshape(heads, 2, rows // heads // 2, *rest)
    return halves.swapaxes(1, 2).reshape(array.shape)


def _write(file: Any, weights: Mapping[str, Array], named: Callable[[str], str]) -> None:
    for name, array in weights.items():
        file.add_tensor(named(name), np.ascontiguousarray(array, np.float32))
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
