import type { Precision } from '../serving/weight-product.ts';

/** Where Hugging Face's tools look for a graph of each precision; `model_quantized.onnx` is what transformers.js takes by default. */
export const huggingFaceGraphNames: Readonly<Record<Precision, readonly string[]>> = {
  fp32: ['onnx/model.onnx'],
  int8: ['onnx/model_int8.onnx', 'onnx/model_quantized.onnx'],
  int4: ['onnx/model_q4.onnx'],
};

/** What a model that reads whole texts is written in, beside its safetensors; fp32 alone by default. */
export interface TextExportOptions {
  readonly precisions?: readonly Precision[];
}
