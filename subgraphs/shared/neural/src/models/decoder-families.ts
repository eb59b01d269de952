/** Llama and its relatives; SmolLM is a Llama. They differ in biases, norms and windows, which the config states. */
export const decoderFamilies = ['llama', 'mistral', 'qwen2', 'qwen3'] as const;
export type DecoderFamily = (typeof decoderFamilies)[number];
