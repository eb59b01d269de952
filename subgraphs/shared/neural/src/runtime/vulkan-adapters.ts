/**
 * What Vulkan says of the adapters that WebGPU computes on (Linux; elsewhere WebGPU stands on other drivers). ONNX Runtime
 * tells neither their names nor their memory. Sizes and offsets are those of vulkan_core.h on 64-bit machines.
 */
import { koffi } from './native-libraries.ts';

export interface VulkanAdapter {
  readonly name: string;
  readonly type: 'other' | 'integrated' | 'discrete' | 'virtual' | 'software';
  /** Of its own, device-local. */
  readonly memoryBytes: number;
}

const types = ['other', 'integrated', 'discrete', 'virtual', 'software'] as const;
/** The order in which Dawn takes them when asked for the best. */
const preference: readonly VulkanAdapter['type'][] = [
  'discrete',
  'integrated',
  'virtual',
  'other',
  'software',
];

const instanceInfoType = 1;
/** VkPhysicalDeviceProperties: apiVersion, driverVersion, vendorID, deviceID, deviceType, deviceName[256], … 824 bytes. */
const propertiesBytes = 824;
const typeOffset = 16;
const nameOffset = 20;
const nameBytes = 256;
/** VkPhysicalDeviceMemoryProperties: memoryTypeCount, memoryTypes[32] of 8 bytes, memoryHeapCount, memoryHeaps[16] of 16. */
const memoryBytes = 520;
const heapCountOffset = 260;
const heapsOffset = 264;
const heapBytes = 16;
const deviceLocalFlag = 1;

/** The one that WebGPU would take first comes first. Throws if there is no Vulkan. */
export function vulkanAdapters(): readonly VulkanAdapter[] {
  const library = koffi.load('libvulkan.so.1');
  const createInstance = library.func('int vkCreateInstance(const void *, const void *, void *)');
  const destroyInstance = library.func('void vkDestroyInstance(void *, const void *)');
  const enumerate = library.func('int vkEnumeratePhysicalDevices(void *, void *, void *)');
  const getProperties = library.func('void vkGetPhysicalDeviceProperties(void *, void *)');
  const getMemory = library.func('void vkGetPhysicalDeviceMemoryProperties(void *, void *)');
  // VkInstanceCreateInfo: sType, then nothing: no extensions, no layers.
  const info = Buffer.alloc(64);
  info.writeUInt32LE(instanceInfoType, 0);
  const instance = new BigUint64Array(1);
  check('vkCreateInstance', createInstance(info, null, instance));
  try {
    const count = new Uint32Array(1);
    check('vkEnumeratePhysicalDevices', enumerate(instance[0], count, null));
    const devices = new BigUint64Array(count[0] ?? 0);
    check('vkEnumeratePhysicalDevices', enumerate(instance[0], count, devices));
    const adapters = Array.from(devices, (device) => {
      const [properties, memory] = [Buffer.alloc(propertiesBytes), Buffer.alloc(memoryBytes)];
      getProperties(device, properties);
      getMemory(device, memory);
      return readAdapter(properties, memory);
    });
    return adapters.sort((a, b) => preference.indexOf(a.type) - preference.indexOf(b.type));
  } finally {
    destroyInstance(instance[0], null);
  }
}

function readAdapter(properties: Buffer, memory: Buffer): VulkanAdapter {
  const name = properties.toString('utf8', nameOffset, nameOffset + nameBytes);
  const heaps = Array.from(
    { length: memory.readUInt32LE(heapCountOffset) },
    (_, heap) => heapsOffset + heap * heapBytes,
  );
  const own = heaps.filter((heap) => (memory.readUInt32LE(heap + 8) & deviceLocalFlag) !== 0);
  return {
    name: name.slice(0, name.indexOf('\0')),
    type: types[properties.readUInt32LE(typeOffset)] ?? 'other',
    memoryBytes: own.reduce((sum, heap) => sum + Number(memory.readBigUInt64LE(heap)), 0),
  };
}

function check(call: string, result: number): void {
  if (result !== 0) throw new Error(`${call} gave ${result}`);
}
